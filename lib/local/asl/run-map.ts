import { eachAtOnce } from './each-at-once.ts'
import type { InlineItems, MapState, Scope } from './machine.ts'
import { evaluate, limitSize, type Run, unfit, type Visit } from './run.ts'
import { runDistributedMap } from './run-distributed-map.ts'

/** Runs the states of a scope; handed down, since states are inside Maps and Maps are states. */
export type RunStates = (
  run: Run,
  scope: Scope,
  start: { path: string; input: unknown; variables: Visit['variables'] },
) => Promise<unknown>

/** @throws StateFailure @throws Interrupted */
export async function runMap(state: MapState, visit: Visit, runStates: RunStates): Promise<unknown> {
  const { concurrency } = visit.run.environment
  const wanted = await evaluate(visit, state.maxConcurrency)
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 0)
    throw unfit(visit, 'MaxConcurrency', 'an integer from 0')
  const limit = wanted === 0 ? concurrency : Math.min(wanted, concurrency)
  return state.source.kind === 'inline'
    ? runInlineMap(state, state.source, visit, limit, runStates)
    : runDistributedMap(state, state.source, visit, limit, runStates)
}

/** Every item runs in the same execution and reads its variables. The first item that fails fails the Map as it failed. */
async function runInlineMap(
  state: MapState,
  { items }: InlineItems,
  visit: Visit,
  limit: number,
  runStates: RunStates,
): Promise<unknown[]> {
  const list = await evaluate(visit, items)
  if (!Array.isArray(list)) throw unfit(visit, 'Items', 'a list')
  const outputs: unknown[] = new Array(list.length)
  await eachAtOnce(list, limit, visit.run.stop, async (item, index, stop) => {
    const path = `${visit.step}[${index}]/`
    const input = await selectItem(state, visit, item, index)
    outputs[index] = await runStates({ ...visit.run, stop }, state.processor, {
      path,
      input,
      variables: visit.variables,
    })
  })
  return outputs
}

/** What an item's states get as their input. @throws StateFailure */
export async function selectItem(state: MapState, visit: Visit, item: unknown, index: number): Promise<unknown> {
  const context = { Map: { Item: { Index: index, Value: item } } }
  const selected = state.itemSelector === undefined ? item : await evaluate(visit, state.itemSelector, { context })
  return limitSize(visit, 'ItemSelector', selected)
}
