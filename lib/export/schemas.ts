import * as z from 'zod/mini'
import { predicateSchemas } from '../attestation/statement-schema.ts'
import { storeReportSchema } from '../verdict/parse-store-report.ts'

/**
 * The JSON Schemas (2020-12) of what statements say and of store reports, by path, for readers without our programs. They are made from
 * the schemas by which everything is checked before it is signed, so they cannot say something else; what no JSON Schema can
 * say (that a time exists, that the bytes are in their one form) is checked beside them.
 */
export function schemaFiles(): ReadonlyMap<string, string> {
  made ??= new Map([
    ...predicateSchemas.map(({ phase, schema }) =>
      schemaFile(`predicate-${phase}`, `The predicate of a ${phase} statement`, schema),
    ),
    schemaFile('store-report', 'A store report, the document of a verification statement', storeReportSchema),
  ])
  return made
}

let made: ReadonlyMap<string, string> | undefined

/** `schemaVersion` in the documents; another version of them gets files of its own. */
const version = 1

function schemaFile(name: string, title: string, schema: z.core.$ZodType): [path: string, text: string] {
  const { $schema, ...rest } = z.toJSONSchema(schema)
  const file = { $schema, $id: `urn:odv:schema:${name}:v${version}`, title, ...rest }
  return [`schemas/${name}.v${version}.schema.json`, `${JSON.stringify(file, null, 1)}\n`]
}
