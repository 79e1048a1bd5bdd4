import { type Config, caseRuleOf } from '../../config.ts'
import { ConfigInvalid } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { type HashedForm, parseHashedFormName } from '../../subject-index/hashed-forms.ts'
import { isReproduced } from '../../subject-index/known-pair.ts'
import { unlikelySalt } from './unlikely-salt.ts'

const mostSaltBytes = 4096

/**
 * The hashed forms of a configuration, with their salts. A salt is what its file has, byte for byte. With a wrong one every digest would
 * differ, and nothing would be found: what a form has to make of the identifier of its example is made here, and without an example a file
 * that is hardly a salt alone is refused (see `unlikelySalt`).
 * @throws ConfigInvalid @throws ManifestInvalid when there is no such file
 */
export async function readHashedForms(
  { manifests }: Pick<Ports, 'manifests'>,
  config: Pick<Config, 'hashedForms' | 'identifierCase'>,
): Promise<HashedForm[]> {
  const { hashedForms = [] } = config
  const forms: HashedForm[] = []
  for (const [at, { form: name, salt, example }] of hashedForms.entries()) {
    const where = `configuration: hashedForms.${at}: ${name}`
    const bytes = salt === undefined ? Buffer.alloc(0) : await readSalt(manifests, `${where}: salt`, salt)
    const form = { ...parseHashedFormName(name)!, salt: new Uint8Array(bytes) }
    const isProven = example !== undefined && isReproduced(form, example, caseRuleOf(config))
    const unlikely = isProven || salt === undefined ? undefined : unlikelySalt(bytes)
    if (unlikely !== undefined)
      throw new ConfigInvalid(
        `${where}: salt: expected the salt and nothing else, or an example that proves it, got a file that ${unlikely}`,
      )
    if (example !== undefined && !isProven)
      throw new ConfigInvalid(
        `${where}: example: expected the digest that the form makes of its identifier${salt === undefined ? '' : ' with this salt'}, got another`,
      )
    forms.push(form)
  }
  return forms
}

async function readSalt(manifests: Ports['manifests'], where: string, name: string): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of await manifests.open(name)) {
    parts.push(Buffer.from(chunk))
    length += chunk.length
    if (length > mostSaltBytes) throw new ConfigInvalid(`${where}: expected at most ${mostSaltBytes} bytes, got more`)
  }
  if (length === 0) throw new ConfigInvalid(`${where}: expected some bytes, got an empty file`)
  return Buffer.concat(parts)
}
