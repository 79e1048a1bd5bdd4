import { resolve } from 'node:path'
import type { Config } from '../config.ts'

/**
 * `--hashed sha256,hmac-md5=key.bin`, as a configuration has it: names of hashed forms, each with the file of its salt if it has one.
 * Files count from the working directory. What is wrong with it the configuration says.
 */
export function hashedOption(given: string | undefined, cwd: string): { hashedForms?: Config['hashedForms'] } {
  if (given === undefined) return {}
  return {
    hashedForms: given.split(',').map((each) => {
      const [form = '', ...file] = each.split('=')
      return { form, ...(file.length > 0 && { salt: resolve(cwd, file.join('=')) }) }
    }),
  }
}
