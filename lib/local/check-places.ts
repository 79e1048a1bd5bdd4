import { realpath, stat } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type Config, isDirectory } from '../config.ts'
import { ConfigInvalid } from '../errors.ts'

type Place = { name: string; path: string }

/**
 * Refuses roots that are not there, and places that overlap after following symbolic links. A store inside another one would be deleted from by the
 * other's channel; a manifest or a state directory inside a store would be scanned, and could be deleted, as a backup.
 * @throws ConfigInvalid naming both places
 */
export async function checkPlaces({ stores: all, manifest }: Config, state: string): Promise<void> {
  const stores = all.filter(isDirectory)
  for (const { id, root } of stores)
    if (!(await stat(root).catch(() => undefined)))
      throw new ConfigInvalid(`store ${id}: ${root}: expected a directory, got nothing there`)
  const [held, inside] = await Promise.all([
    Promise.all(stores.map(({ id, root }) => place(`store ${id}`, root))),
    Promise.all([place('state directory', state), ...(manifest === undefined ? [] : [place('manifest', manifest)])]),
  ])
  const pairs = held.flatMap((store, index) =>
    [...held.slice(index + 1), ...inside].map((other) => [store, other] as const),
  )
  const overlapping = pairs.find(([a, b]) => contains(a.path, b.path) || contains(b.path, a.path))
  if (overlapping === undefined) return
  const [a, b] = overlapping
  throw new ConfigInvalid(`${a.name}: ${a.path}: expected it apart from the ${b.name}, got ${b.path}`)
}

async function place(name: string, path: string): Promise<Place> {
  return { name, path: await realpath(path).catch(() => resolve(path)) }
}

function contains(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)
}
