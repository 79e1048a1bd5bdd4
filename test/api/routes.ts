import * as z from 'zod/mini'
import { getExportRoute } from '../../lib/api/get-export.ts'
import { getRunRoute } from '../../lib/api/get-run.ts'
import { postAcknowledgementRoute } from '../../lib/api/post-acknowledgement.ts'
import { postExportRoute } from '../../lib/api/post-export.ts'
import { postRunRoute } from '../../lib/api/post-run.ts'
import type { Route } from '../../lib/api/route.ts'

/** Every route, by the name of its function. */
export const routes: Readonly<Record<string, Route>> = {
  'post-run': postRunRoute,
  'get-run': getRunRoute,
  'post-acknowledgement': postAcknowledgementRoute,
  'post-export': postExportRoute,
  'get-export': getExportRoute,
}

/** A schema as the document has it: a format says what its pattern would, and every integer is a safe one. */
export function documented(schema: z.ZodMiniType): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  return JSON.parse(JSON.stringify(rest))
}
