import { describe, expect, it } from 'vitest'
import { parseExpression } from '../../../lib/local/asl/expression.ts'

describe('an expression that stands in several places', () => {
  const text = ' $states.input.count + $more '
  const [here, there] = [parseExpression('here', text), parseExpression('there', text)]

  it('is parsed once', () => {
    expect(there.variables).toBe(here.variables)
    expect([...here.variables, ...here.states]).toEqual(['more', 'input'])
  })

  it('gives each place its own value, also at the same time', async () => {
    const bindings = (count: number, more: number) => ({ states: { input: { count } }, variables: { more } })
    const values = [here.evaluate(bindings(1, 2)), there.evaluate(bindings(30, 40)), here.evaluate(bindings(500, 600))]
    expect(await Promise.all(values)).toEqual([3, 70, 1100])
  })

  it('fails under the name of the place', async () => {
    const bindings = { states: { input: { count: 1 } }, variables: {} }
    await expect(here.evaluate(bindings)).rejects.toThrow('here: variable $more is not assigned')
    await expect(there.evaluate(bindings)).rejects.toThrow('there: variable $more is not assigned')
    for (const wrong of [' 1 + ', ' $states.nothing '])
      for (const where of ['here', 'there']) expect(() => parseExpression(where, wrong)).toThrow(`${where}: `)
  })
})
