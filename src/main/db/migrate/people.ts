/**
 * Columns that hold a person. A tenant's step writes `NAME uuid REFERENCES public.users (id)`; it is run without the foreign key,
 * for each key puts two triggers on `public.users` that every connection has to load: at a thousand tenants 148,000 of them, half
 * a gigabyte a connection (decision 53). The CHECK in its place tells the catalogue what the column holds.
 */

const PERSON_KEY = /(\w+)\s+uuid([^,\n]*)\s+REFERENCES\s+public\.users\s*\(id\)/g;
const MARK = "<> '00000000-0000-0000-0000-000000000000'::uuid";

/** The SQL with the keys replaced; `public.apply_tenant_step` does the same in the database. */
export function withoutPersonKeys(sql: string): string {
  return sql.replace(PERSON_KEY, `$1 uuid$2 CHECK ($1 ${MARK})`);
}

/** True where a foreign key out of the tenant's schema would be left: of another form, or to another table. */
export function keepsForeignKey(sql: string): boolean {
  return /REFERENCES\s+public\./i.test(withoutPersonKeys(sql));
}

/** SQL: true where the constraint of this alias marks its one column as a person's. */
export function marksPersonSql(constraint: string): string {
  return `(${constraint}.contype = 'c' AND cardinality(${constraint}.conkey) = 1
    AND strpos(pg_get_constraintdef(${constraint}.oid), '${MARK.replaceAll("'", "''")}') > 0)`;
}
