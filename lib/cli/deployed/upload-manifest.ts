import { resolve } from 'node:path'
import type { Intake } from '../../aws/s3-intake.ts'
import type { Config } from '../../config.ts'
import { manifestFiles } from '../../local/manifest-file.ts'
import { formatBytes, type Terminal } from '../terminal.ts'
import { tryManifest } from '../try-manifest.ts'
import { describeManifest } from '../views/manifest-view.ts'

/**
 * Reads a manifest as a run will, and uploads it under a name that says when and what, and nothing of the name it has
 * here. The same bytes are uploaded once. Returns the key. @throws ManifestInvalid @throws ConfigInvalid
 */
export async function uploadManifest(
  intake: Intake,
  { config, cwd, file }: { config: Config; cwd: string; file: string },
  terminal: Terminal,
): Promise<string> {
  const path = resolve(cwd, file)
  terminal.progress('  reading the manifest')
  const document = await tryManifest(config, { path, name: file }).finally(() => terminal.progress(''))
  for (const line of describeManifest(document)) terminal.print(line)
  const { sha256, bytes } = document.report
  const name = sha256.slice(0, 32)
  for await (const key of intake.manifests()) if (key.endsWith(`-${name}`)) return key
  const key = `manifests/${new Date().toISOString().slice(0, 10)}-${name}`
  terminal.progress(`  uploading the manifest, ${formatBytes(bytes)}`)
  await intake.putManifest(key, await manifestFiles().open(path), sha256).finally(() => terminal.progress(''))
  return key
}
