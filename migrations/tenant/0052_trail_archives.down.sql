DROP VIEW {{schema}}.trail_archives;
