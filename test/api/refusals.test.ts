import { describe, expect, it } from 'vitest'
import { printed } from '../support/handlers.ts'
import { type Asked, openDeployment } from './world.ts'

/** What a caller may send by mistake, and the fields that the answer names. */
const mistakes: { name: string; route: string; asked: Asked; fields: string[] }[] = [
  { name: 'an unknown field', route: 'post-run', asked: { body: { stores: ['sg'] } }, fields: ['/stores'] },
  { name: 'two unknown fields', route: 'post-run', asked: { body: { a: 1, 'b/c': 2 } }, fields: ['/a', '/b~1c'] },
  { name: 'a list', route: 'post-run', asked: { body: [] }, fields: [''] },
  { name: 'something that is not JSON', route: 'post-run', asked: { text: '{"a":' }, fields: [''] },
  {
    name: 'another format',
    route: 'post-run',
    asked: { text: '{}', headers: { 'content-type': 'text/plain' } },
    fields: ['#content-type'],
  },
  { name: 'a query', route: 'post-run', asked: { query: 'dryRun=true' }, fields: ['?'] },
  {
    name: 'a short key',
    route: 'post-run',
    asked: { headers: { 'idempotency-key': 'seven77' } },
    fields: ['#idempotency-key'],
  },
  {
    name: 'a key with a space',
    route: 'post-run',
    asked: { headers: { 'idempotency-key': 'one two three' } },
    fields: ['#idempotency-key'],
  },
  {
    name: 'everything at once',
    route: 'post-run',
    asked: { query: 'a=b', body: { x: 1 }, headers: { 'idempotency-key': '' } },
    fields: ['?', '#idempotency-key', '/x'],
  },
  { name: 'a body where there is none', route: 'get-run', asked: { id: 'run-1', body: {} }, fields: [''] },
  {
    name: 'a digest that is none',
    route: 'post-acknowledgement',
    asked: { id: 'run-1-sg-0', body: { certificateSha256: 'AB', by: 'deadline' } },
    fields: ['/certificateSha256', '/by'],
  },
  { name: 'no selection', route: 'post-export', asked: { body: {} }, fields: ['/runId'] },
  { name: 'half a period', route: 'post-export', asked: { body: { from: '2026-11-01' } }, fields: ['/to'] },
  {
    name: 'times that are none',
    route: 'post-export',
    asked: { body: { from: 'yesterday', to: '2026-02-30' } },
    fields: ['/from', '/to'],
  },
  {
    name: 'a period that ends before it begins',
    route: 'post-export',
    asked: { body: { from: '2026-11-02', to: '2026-11-01' } },
    fields: [''],
  },
  {
    name: 'a run and a period',
    route: 'post-export',
    asked: { body: { runId: 'run-1', from: '2026-11-01', to: '2026-12-01' } },
    fields: ['/runId'],
  },
  { name: 'a name that is none', route: 'post-export', asked: { body: { runId: '../x' } }, fields: ['/runId'] },
]

describe('a request that does not have its shape', () => {
  for (const { name, route, asked, fields } of mistakes)
    it(`(${name}) is refused by ${route}, every bad field named, and nothing is started`, async () => {
      const deployment = await openDeployment()
      const { status, headers, body } = await deployment.ask(route, asked)
      expect(status).toBe(400)
      expect(headers['content-type']).toBe('application/problem+json')
      expect((body.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(fields)
      expect((body.errors as { detail: string }[]).filter(({ detail }) => !/^expected /.test(detail))).toEqual([])
      expect(deployment.started()).toEqual([])
    })

  it('is not quoted, neither to the caller nor in the log, whatever it holds', async () => {
    const deployment = await openDeployment()
    const typed = '7100000000000000001'
    const asked: [string, Asked][] = [
      ['post-run', { text: `"${typed}"`, query: typed, headers: { 'idempotency-key': `${typed}\n` } }],
      ['post-export', { body: { runId: `!${typed}`, from: typed } }],
      ['post-acknowledgement', { id: typed, body: { certificateSha256: typed } }],
      ['get-run', { id: typed }],
      ['get-run', { id: `%${typed}` }],
      ['get-export', { id: typed }],
    ]
    const answers = []
    for (const [route, each] of asked) answers.push(await deployment.ask(route, each))
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 404, 404, 404])
    expect(JSON.stringify(answers)).not.toContain(typed)
    expect(printed.length).toBeGreaterThanOrEqual(asked.length)
    expect(printed.join('\n')).not.toContain(typed)
  })

  const unknown = ['get-run', 'post-acknowledgement', 'get-export']
  for (const route of unknown)
    it(`is answered with 404 by ${route} when there is none of that name, or it cannot be a name`, async () => {
      const deployment = await openDeployment()
      const names = ['run-none', '', 'a b', 'x'.repeat(81), '../../etc']
      const statuses = await Promise.all(names.map(async (id) => (await deployment.ask(route, { id })).status))
      expect(statuses).toEqual([404, 404, 404, 404, 404])
    })
})
