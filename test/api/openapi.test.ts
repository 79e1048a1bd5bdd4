import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { problem } from '../../lib/api/problem.ts'
import { documented, routes } from './routes.ts'

const root = join(import.meta.dirname, '../..')

type Content = Record<string, { schema: unknown }>
type Operation = {
  operationId: string
  summary: string
  description: string
  parameters?: { $ref: string }[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { $ref?: string; content?: Content }>
}
type Document = {
  openapi: string
  security: object[]
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, { content: Content }>>
}

const document: Document = JSON.parse(readFileSync(join(root, 'infra/openapi.json'), 'utf8'))
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

describe('the OpenAPI document', () => {
  it('describes every route, by the name of its function, and no other', () => {
    const described = operations.map(({ path, method, operation }) => [operation.operationId, method, path])
    const served = Object.entries(routes).map(([name, { method, path }]) => [name, method, path])
    expect(described.toSorted()).toEqual(served.toSorted())
    for (const [name] of served) expect(existsSync(join(root, `functions/${name}.ts`)), name).toBe(true)
  })

  for (const { path, method, operation } of operations)
    describe(`${method} ${path}`, () => {
      const route = routes[operation.operationId]!

      it('takes what the handler takes', () => {
        const taken = route.body === undefined ? undefined : { 'application/json': { schema: documented(route.body) } }
        expect(operation.requestBody?.content).toEqual(taken)
        expect(operation.requestBody?.required ?? false).toBe(route.body?.safeParse({}).success === false)
      })

      it('answers what the handler answers', () => {
        const good = Object.entries(operation.responses).filter(([status]) => /^2/.test(status))
        expect(Object.fromEntries(good.map(([status, { content }]) => [status, content]))).toEqual(
          Object.fromEntries(
            Object.entries(route.answers).map(([status, schema]) => [
              status,
              { 'application/json': { schema: documented(schema) } },
            ]),
          ),
        )
      })

      it('answers everything else with a problem', () => {
        const rest = Object.entries(operation.responses).filter(([status]) => !/^2/.test(status))
        expect(rest.map(([status, { $ref }]) => [status, $ref])).toEqual(
          rest.map(([status]) => [status, `#/components/responses/${status}`]),
        )
        expect(rest.map(([status]) => status)).toContain('default')
      })

      it('names the parameters that its path has', () => {
        const refs = (operation.parameters ?? []).map(({ $ref }) => $ref)
        expect(refs.includes('#/components/parameters/id')).toBe(path.includes('{id}'))
      })
    })

  it('says what a problem is, and that every request is signed', () => {
    expect(document.components.schemas!.Problem).toEqual(documented(problem))
    for (const response of Object.values(document.components.responses!))
      expect(response.content).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      })
    expect(document.security).toEqual([{ sigv4: [] }])
  })

  it('refers to nothing that it does not have', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, ref]) => ref!)
    expect(refs.length).toBeGreaterThan(20)
    const lookUp = (ref: string) =>
      ref.split('/').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document)
    expect(refs.filter((ref) => lookUp(ref) === undefined)).toEqual([])
  })
})
