import type { Config } from '../config.ts'
import { ConfigInvalid } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { type HashedForm, parseHashedFormName } from '../subject-index/hashed-forms.ts'

const mostSaltBytes = 4096

/**
 * The hashed forms of a configuration, with their salts. A salt is what its file has, byte for byte; since one line end too many would
 * have every digest differ, and nothing would be found, a file that ends with one is refused.
 * @throws ConfigInvalid @throws ManifestInvalid when there is no such file
 */
export async function readHashedForms(
  { manifests }: Pick<Ports, 'manifests'>,
  { hashedForms = [] }: Pick<Config, 'hashedForms'>,
): Promise<HashedForm[]> {
  const forms: HashedForm[] = []
  for (const { form, salt } of hashedForms)
    forms.push({
      ...parseHashedFormName(form)!,
      salt: salt === undefined ? new Uint8Array(0) : await readSalt(manifests, form, salt),
    })
  return forms
}

async function readSalt(manifests: Ports['manifests'], form: string, name: string): Promise<Uint8Array> {
  const where = `configuration: hashedForms: ${form}: salt`
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of await manifests.open(name)) {
    parts.push(Buffer.from(chunk))
    length += chunk.length
    if (length > mostSaltBytes) throw new ConfigInvalid(`${where}: expected at most ${mostSaltBytes} bytes, got more`)
  }
  const bytes = Buffer.concat(parts)
  if (length === 0) throw new ConfigInvalid(`${where}: expected some bytes, got an empty file`)
  if (bytes.at(-1) === 0x0a || bytes.at(-1) === 0x0d)
    throw new ConfigInvalid(`${where}: expected the salt and nothing else, got a file that ends with a line end`)
  return new Uint8Array(bytes)
}
