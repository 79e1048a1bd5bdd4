import { hash } from 'node:crypto'
import { eachAtOnce } from './each-at-once.ts'
import { jsonLines } from './json-lines.ts'
import type { DistributedItems, MapState } from './machine.ts'
import { arnOf, evaluate, type Run, unfit, type Visit } from './run.ts'
import { type RunStates, selectItem } from './run-map.ts'
import { StateFailure } from './state-failure.ts'
import { forgottenSteps, once } from './steps.ts'
import { writeResults } from './write-results.ts'

/**
 * Every line of the document is an item, run as an execution of its own that sees nothing but its input. No failed item
 * is tolerated. The outcome of an item is one line of the journal; neither items nor outcomes are held in memory.
 * @throws StateFailure @throws Interrupted
 */
export async function runDistributedMap(
  state: MapState,
  source: DistributedItems,
  visit: Visit,
  limit: number,
  runStates: RunStates,
): Promise<unknown> {
  const { run, step } = visit
  const from = (await evaluate(visit, source.reader)) as { Bucket: string; Key: unknown }
  const to = (await evaluate(visit, source.writer)) as { Bucket: string; Prefix: unknown }
  if (typeof from.Key !== 'string') throw unfit(visit, 'ItemReader', 'a text for Key')
  if (typeof to.Prefix !== 'string') throw unfit(visit, 'ResultWriter', 'a text for Prefix')

  let count = 0
  const lines = jsonLines(await readItems(run, from.Key))
  await eachAtOnce(lines, limit, run.stop, async (item, index, stop) => {
    count++
    const itemRun: Run = { ...run, stop, ...(!source.journalsTasks && { steps: forgottenSteps }) }
    const runItem = async () =>
      runStates(itemRun, state.processor, {
        path: `${step}[${index}]/`,
        input: await selectItem(state, visit, item, index),
        variables: {},
      })
    await once(run.steps, itemStep(step, index), runItem).catch((error: unknown) => {
      if (!(error instanceof StateFailure)) throw error
      throw new StateFailure(
        'States.ExceedToleratedFailureThreshold',
        `${run.machine.name}: ${state.name}: expected no item to fail, and item ${index} did: ${error.error}`,
      )
    })
  })

  const id = hash('sha256', JSON.stringify([run.execution.id, step]), 'hex').slice(0, 32)
  const mapRunArn = arnOf('mapRun', `${run.machine.name}/${source.label}:${id}`)
  const key = await writeResults(run, {
    mapRunArn,
    bucket: to.Bucket,
    folder: `${to.Prefix.replace(/\/$/, '')}/${id}`,
    count,
    stepOf: (index) => itemStep(step, index),
  })
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: to.Bucket, Key: key } }
}

const itemStep = (step: string, index: number) => `${step}[${index}]`

async function readItems({ environment, machine }: Run, key: string): Promise<Uint8Array> {
  try {
    return await environment.documents.get(key)
  } catch (error) {
    throw new StateFailure(
      'States.ItemReaderFailed',
      `${machine.name}: ${key}: expected a document of items, got ${error instanceof Error ? error.name : 'an error'}`,
    )
  }
}
