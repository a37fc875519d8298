import { quotedName, quotedText } from "../../std/sql-text.ts";
import { ROW_CONDITIONS } from "../postgres-session/session-failure.ts";
import type { MappedColumn, Mapping } from "./mapping.ts";

/** The SQL that brings rows into the table. Rows that need more than COPY are staged as texts, which the server casts. */

/** Gone with the transaction. */
const STAGED = "pg_temp.lakehose_rows";
const REFUSED = "pg_temp.lakehose_refused";

export function copyIntoTable({ table, columns }: Mapping): string {
  return `COPY ${table.text} (${namesOf(columns)}) FROM STDIN`;
}

export function createStage({ columns }: Mapping): string {
  const texts = columns.map(({ place }) => `c${place} text`);
  const members = ["place integer", "deletes boolean", "defaulted integer[]", ...texts];
  return `CREATE TEMPORARY TABLE lakehose_rows (${members.join(", ")}) ON COMMIT DROP`;
}

export const COPY_INTO_STAGE = `COPY ${STAGED} FROM STDIN`;

/** All staged rows at once; of those with the same key the last one counts. */
export function moveAtOnce(mapping: Mapping): string {
  const { table, columns, key } = mapping;
  const insert = `INSERT INTO ${table.text} (${namesOf(columns)}) SELECT ${castsOf(columns)} FROM ${STAGED} staged`;
  if (key === undefined) return `${insert} ORDER BY staged.place`;
  const keys = key.map(quotedName);
  const keyColumns = keyColumnsOf(mapping);
  const keyed = keyColumns.map((column) => `${castOf(column)} AS ${quotedName(column.name)}`).join(", ");
  const sorted = keys.join(", ");
  return `
    WITH last AS MATERIALIZED (
      SELECT DISTINCT ON (${sorted}) * FROM (SELECT place AS "lakehose place", deletes AS "lakehose deletes", ${keyed} FROM ${STAGED} staged) keyed
      ORDER BY ${sorted}, "lakehose place" DESC
    ), gone AS (
      DELETE FROM ${table.text} target USING last
      WHERE last."lakehose deletes" AND ${keys.map((name) => `target.${name} = last.${name}`).join(" AND ")}
    )
    ${insert} WHERE staged.place IN (SELECT "lakehose place" FROM last WHERE NOT "lakehose deletes")
    ORDER BY ${keyColumns.map(castOf).join(", ")} ${onConflict(mapping)}`;
}

/**
 * One staged row after the other, each for itself, without a round trip for each: what the server refuses is written down
 * with its reason. Errors that are about something else than the row end it.
 */
export function moveOneByOne(mapping: Mapping): string {
  const { table, columns } = mapping;
  const sameKey = keyColumnsOf(mapping).map((column) => `${quotedName(column.name)} = ${castOf(column)}`);
  const remove = sameKey.length === 0 ? "NULL" : `DELETE FROM ${table.text} WHERE ${sameKey.join(" AND ")}`;
  const insert = `INSERT INTO ${table.text} (${namesOf(columns)}) SELECT ${castsOf(columns)} ${onConflict(mapping)}`;
  const block = `
    #variable_conflict use_column
    DECLARE staged record; said text; why text; which text; rule text; more text;
    BEGIN
      FOR staged IN SELECT * FROM ${STAGED} ORDER BY place LOOP
        BEGIN
          IF staged.deletes THEN ${remove}; ELSE ${insert}; END IF;
        EXCEPTION WHEN ${ROW_CONDITIONS.join(" OR ")} THEN
          GET STACKED DIAGNOSTICS said = RETURNED_SQLSTATE, why = MESSAGE_TEXT, which = COLUMN_NAME,
            rule = CONSTRAINT_NAME, more = PG_EXCEPTION_DETAIL;
          INSERT INTO ${REFUSED} VALUES (staged.place, said, why, which, rule, more);
        END;
      END LOOP;
    END`;
  return `
    CREATE TEMPORARY TABLE lakehose_refused (place integer, code text, message text, column_name text,
      constraint_name text, detail text) ON COMMIT DROP;
    DO ${quotedText(block)}`;
}

export const READ_REFUSED = `
  SELECT place, code, message, NULLIF(column_name, ''), NULLIF(constraint_name, ''), NULLIF(detail, '') FROM ${REFUSED}`;

function keyColumnsOf({ columns, key = [] }: Mapping): readonly MappedColumn[] {
  return columns.filter(({ name }) => key.includes(name));
}

/** A record is the whole of its row: what it does not have becomes what the table says. */
function onConflict({ columns, key }: Mapping): string {
  if (key === undefined) return "";
  const conflict = `ON CONFLICT (${key.map(quotedName).join(", ")})`;
  const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => quotedName(name));
  if (others.length === 0) return `${conflict} DO NOTHING`;
  return `${conflict} DO UPDATE SET ${others.map((name) => `${name} = EXCLUDED.${name}`).join(", ")}`;
}

function namesOf(columns: readonly MappedColumn[]): string {
  return columns.map(({ name }) => quotedName(name)).join(", ");
}

function castsOf(columns: readonly MappedColumn[]): string {
  return columns.map(castOf).join(", ");
}

function castOf({ place, castText, defaultText }: MappedColumn): string {
  const cast = `staged.c${place}::${castText}`;
  if (defaultText === undefined) return cast;
  return `CASE WHEN ${place} = ANY (staged.defaulted) THEN ${defaultText} ELSE ${cast} END`;
}
