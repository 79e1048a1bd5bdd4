import { realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Config, isDirectory } from '../config.ts'
import { ConfigInvalid } from '../errors.ts'

/** `within`: the identities of what is at the path, first, and of each directory around it. */
type Place = { name: string; path: string; within: readonly string[] }

/**
 * Refuses roots that are not there, and places that overlap after following symbolic links, also where a directory is mounted a second time
 * under another path. A store inside another one would be deleted from by the other's channel; a manifest or a state directory inside a store would
 * be scanned, and could be deleted, as a backup.
 * `follow` follows links, and no mounts.
 * @throws ConfigInvalid naming both places
 */
export async function checkPlaces(
  { stores: all, manifest }: Config,
  state: string,
  follow: (path: string) => Promise<string> = realpath,
): Promise<void> {
  const stores = all.filter(isDirectory)
  for (const { id, root } of stores)
    if (!(await stat(root).catch(() => undefined)))
      throw new ConfigInvalid(`store ${id}: ${root}: expected a directory, got nothing there`)
  const place = (name: string, path: string) => placeOf(name, path, follow)
  const [held, inside] = await Promise.all([
    Promise.all(stores.map(({ id, root }) => place(`store ${id}`, root))),
    Promise.all([place('state directory', state), ...(manifest === undefined ? [] : [place('manifest', manifest)])]),
  ])
  const pairs = held.flatMap((store, index) =>
    [...held.slice(index + 1), ...inside].map((other) => [store, other] as const),
  )
  const overlapping = pairs.find(([a, b]) => contains(a, b) || contains(b, a))
  if (overlapping === undefined) return
  const [a, b] = overlapping
  throw new ConfigInvalid(`${a.name}: ${a.path}: expected it apart from the ${b.name}, got ${b.path}`)
}

async function placeOf(name: string, path: string, follow: (path: string) => Promise<string>): Promise<Place> {
  const real = await follow(path).catch(() => resolve(path))
  const around: string[] = []
  for (let each = real; each !== around.at(-1); each = dirname(each)) around.push(each)
  return { name, path: real, within: await Promise.all(around.map(identityOf)) }
}

/** What is not there yet is told by its path. */
async function identityOf(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => path,
  )
}

function contains(outer: Place, inner: Place): boolean {
  return inner.within.includes(outer.within[0]!)
}
