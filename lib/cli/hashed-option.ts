import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { UsageInvalid } from '../errors.ts'

type Entry = NonNullable<Config['hashedForms']>[number]

/**
 * `--hashed sha256,hmac-md5=key.bin`, as a configuration has it: names of hashed forms, each with the file of its salt if it has one.
 * Files count from the working directory. `--hashed-example hmac-md5=IDENTIFIER:DIGEST,…`: an example of each form that stands there, in
 * their order where a form is named twice. What is wrong with them the configuration says.
 * @throws UsageInvalid
 */
export function hashedOption(
  { hashed, hashedExample }: { hashed?: string; hashedExample?: string },
  cwd: string,
): { hashedForms?: Config['hashedForms'] } {
  const forms = hashed?.split(',').map((each): Entry => {
    const [form = '', ...file] = each.split('=')
    return { form, ...(file.length > 0 && { salt: resolve(cwd, file.join('=')) }) }
  })
  for (const each of hashedExample?.split(',') ?? []) {
    const [, name, identifier, digest] = /^([^=]+)=([^:]+):(.+)$/.exec(each) ?? []
    const entry = forms?.find(({ form, example }) => form === name && example === undefined)
    if (entry === undefined || identifier === undefined || digest === undefined)
      throw new UsageInvalid('--hashed-example: expected FORM=IDENTIFIER:DIGEST,… of forms that --hashed names')
    entry.example = { identifier, digest }
  }
  return forms === undefined ? {} : { hashedForms: forms }
}
