import { MachineUnsupported } from '../../errors.ts'
import { type Fields, readText, unexpected } from './read-fields.ts'
import { parseTemplate, type Template } from './template.ts'

/** `Assign`, `Output` and where to go on: exactly one of `Next` and `End`. @throws MachineUnsupported */
export function readLeaving(where: string, fields: Fields): { assign?: Template; output?: Template; next?: string } {
  if ((fields.Next === undefined) === (fields.End === undefined))
    throw new MachineUnsupported(`${where}: expected either field "Next" or field "End"`)
  if (fields.End !== undefined && fields.End !== true) throw unexpected(where, 'End', 'true', fields.End)
  return {
    ...readAssignAndOutput(where, fields),
    ...(fields.Next !== undefined && { next: readText(where, fields, 'Next') }),
  }
}

export function readAssignAndOutput(where: string, fields: Fields): { assign?: Template; output?: Template } {
  return {
    ...(fields.Assign !== undefined && { assign: readAssign(where, fields.Assign) }),
    ...(fields.Output !== undefined && { output: parseTemplate(`${where}: Output`, fields.Output) }),
  }
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,79}$/

function readAssign(where: string, value: unknown): Template {
  const template = parseTemplate(`${where}: Assign`, value)
  if (template.kind !== 'object') throw unexpected(where, 'Assign', 'an object', value)
  for (const [name] of template.fields)
    if (!variableName.test(name) || name === 'states')
      throw new MachineUnsupported(`${where}: Assign: expected a variable's name, got "${name}"`)
  return template
}
