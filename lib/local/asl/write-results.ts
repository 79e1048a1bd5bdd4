import type { Run } from './run.ts'
import { StateFailure } from './state-failure.ts'

const partBytes = 1024 * 1024

/**
 * Writes the outputs of a finished Map, read back from the journal in the order of the items, as JSON Lines in parts
 * and a manifest that lists them; returns the manifest's key. Parts are cut the same way every time: a crash among them
 * leaves nothing that the next try would contradict.
 * @throws StateFailure States.ResultWriterFailed
 */
export async function writeResults(
  run: Run,
  results: { mapRunArn: string; bucket: string; folder: string; count: number; stepOf: (index: number) => string },
): Promise<string> {
  const { mapRunArn, bucket, folder, count, stepOf } = results
  const files: { Key: string; Size: number }[] = []
  let lines: string[] = []
  let size = 0
  const flush = async () => {
    const key = `${folder}/SUCCEEDED_${files.length}.jsonl`
    await put(run, key, lines.join(''))
    files.push({ Key: key, Size: size })
    lines = []
    size = 0
  }
  for (let index = 0; index < count; index++) {
    const { result } = (await run.steps.read(stepOf(index))) as { result: unknown }
    const line = `${JSON.stringify(result)}\n`
    lines.push(line)
    size += Buffer.byteLength(line)
    if (size >= partBytes) await flush()
  }
  if (lines.length > 0) await flush()
  const manifest = `${folder}/manifest.json`
  const listed = { FAILED: [], PENDING: [], SUCCEEDED: files }
  await put(run, manifest, JSON.stringify({ DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: listed }))
  return manifest
}

async function put({ environment, machine }: Run, key: string, body: string): Promise<void> {
  try {
    await environment.documents.put(key, body)
  } catch (error) {
    throw new StateFailure(
      'States.ResultWriterFailed',
      `${machine.name}: ${key}: expected to be written, got ${error instanceof Error ? error.name : 'an error'}`,
    )
  }
}
