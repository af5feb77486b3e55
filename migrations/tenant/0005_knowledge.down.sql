DROP TABLE {{schema}}.similarity_scores;
DROP TABLE {{schema}}.embeddings;
DROP TABLE {{schema}}.chunks;
DROP TABLE {{schema}}.documents;
