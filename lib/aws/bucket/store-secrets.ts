import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import * as z from 'zod/mini'
import { ConfigInvalid } from '../../errors.ts'
import type { Clock } from '../../ports.ts'
import { calling } from '../faults.ts'
import type { Purpose, StoreCredentials } from './bucket-client.ts'

const text = z.string().check(z.minLength(1), z.maxLength(500))
const shape = z.strictObject({ accessKeyId: text, secretAccessKey: text })

/** A secret that was exchanged is noticed after this time. */
const keptMs = 15 * 60_000

/**
 * Credentials of stores that are not AWS's, in Secrets Manager: `<deployment>/read/<name>` and `<deployment>/delete/<name>`,
 * which are for two roles. A secret is `{"accessKeyId": "…", "secretAccessKey": "…"}`. @throws ConfigInvalid for another one
 */
export function storeSecrets(
  client: () => SecretsManagerClient,
  deployment: string,
  clock: Clock,
): (purpose: Purpose, name: string) => () => Promise<StoreCredentials> {
  return (purpose, name) => async () => {
    const SecretId = `${deployment}/${purpose}/${name}`
    const { SecretString } = await calling(`secret ${SecretId}: read`, () =>
      client().send(new GetSecretValueCommand({ SecretId })),
    )
    const credentials = shape.safeParse(parseJson(SecretString))
    if (!credentials.success)
      throw new ConfigInvalid(`secret ${SecretId}: expected JSON with accessKeyId and secretAccessKey and nothing else`)
    return { ...credentials.data, expiration: new Date(clock().getTime() + keptMs) }
  }
}

/** A syntax error would quote the text. */
function parseJson(given: string | undefined): unknown {
  try {
    return JSON.parse(given ?? '')
  } catch {
    return undefined
  }
}
