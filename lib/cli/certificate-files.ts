import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigInvalid } from '../errors.ts'
import { whatIsThere } from '../local/what-is-there.ts'

/**
 * A parsed configuration file in which every authority for timestamps has its certificates themselves: where it names a
 * `certificateFile`, by a path that counts from the file, they are read. All else stays as it is, and is checked later.
 * @throws ConfigInvalid
 */
export async function withCertificates(config: unknown, file: string): Promise<unknown> {
  if (!isObject(config) || !Array.isArray(config.timestamps)) return config
  const timestamps = await Promise.all(config.timestamps.map((each: unknown) => withCertificate(each, file)))
  return { ...config, timestamps }
}

async function withCertificate(authority: unknown, file: string): Promise<unknown> {
  if (!isObject(authority) || typeof authority.certificateFile !== 'string') return authority
  const { certificateFile, ...rest } = authority
  const path = resolve(dirname(file), certificateFile)
  if ('certificate' in rest) throw new ConfigInvalid(`${file}: timestamps: expected certificate or certificateFile`)
  const certificate = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigInvalid(`${path}: expected a certificate file, got ${whatIsThere(cause)}`, { cause })
  })
  return { ...rest, certificate }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
