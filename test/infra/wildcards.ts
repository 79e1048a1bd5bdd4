import { resourcesOf, type Template } from './intrinsics.ts'
import { list, type Statement } from './policy-evaluation.ts'

/** The policy documents of roles and shared policies that allow something, each with the resource that it is part of. */
function allowingStatements(template: Template): { id: string; statement: Statement }[] {
  const own = resourcesOf(template, 'AWS::IAM::Role').flatMap(([id, { Properties }]) =>
    (Properties.Policies ?? []).map(({ PolicyDocument }: { PolicyDocument: unknown }) => ({ id, PolicyDocument })),
  )
  const shared = resourcesOf(template, 'AWS::IAM::ManagedPolicy').map(([id, { Properties }]) => ({ id, ...Properties }))
  return [...own, ...shared].flatMap(({ id, PolicyDocument }) =>
    PolicyDocument.Statement.filter(({ Effect }: Statement) => Effect === 'Allow').map((statement: Statement) => ({
      id,
      statement,
    })),
  )
}

/** Everything that is wrong with how roles and shared policies allow: nothing, in a stack as it should be. */
export function wildcardProblems(template: Template): string[] {
  const statements = allowingStatements(template)
  const justified = Object.entries(template.Resources).flatMap(([id, { Metadata }]) =>
    Object.entries(Metadata?.odv?.justification ?? {}).map(([sid, why]) => ({ place: `${id}.${sid}`, why })),
  )
  const wide = statements.filter(({ statement }) => JSON.stringify(statement.Resource).includes('*'))
  const widePlaces = wide.map(({ id, statement }) => `${id}.${statement.Sid}`)
  return [
    ...statements
      .filter(({ statement }) => list(statement.Action).some((action) => action.includes('*')))
      .map(({ id, statement }) => `${id}.${statement.Sid}: a wildcard action`),
    ...statements
      .filter(({ statement }) => 'NotAction' in statement || 'NotResource' in statement)
      .map(({ id, statement }) => `${id}.${statement.Sid}: everything but`),
    ...widePlaces
      .filter((place) => !justified.some((each) => each.place === place && each.why.length >= 30))
      .map((place) => `${place}: a wildcard resource without justification`),
    ...justified
      .filter(({ place }) => !widePlaces.includes(place))
      .map(({ place }) => `${place}: a justification without a wildcard`),
  ]
}
