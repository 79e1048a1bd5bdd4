import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate'
import type { Template } from './intrinsics.ts'

/**
 * What AWS's own validator objects to. W3005 is Serverless's own doing: it adds a DependsOn for a role that the function refers to
 * anyway. Informational diagnostics (I…) are advice on tags and replacement; everything else counts, W3030 (unknown enumeration
 * value) included.
 */
export function objectionsTo(template: Template): string[] {
  const file = join(tmpdir(), `odv-template-${process.pid}.json`)
  writeFileSync(file, JSON.stringify(template))
  const engine = new CelEngine()
  const { status, diagnostics } = engine.validateStandard(new TemplateFile(file), {
    severityLevel: 'WARN',
    exclude: { ids: ['W3005'] },
  })
  engine.free()
  rmSync(file)
  const found = diagnostics.map(({ ruleId, entity, message }) => `${ruleId} ${entity?.logicalId}: ${message}`)
  return status === 'OK' ? found : [`status ${status}`, ...found]
}
