import type { S3Client } from '@aws-sdk/client-s3'
import { type Config, parseConfig, type StoreConfig, secondsOf } from '../config.ts'
import { refuseKeysGivenTwice } from '../config-json.ts'
import { ConfigInvalid } from '../errors.ts'
import type { Configuration } from '../ports.ts'
import { statusOf } from './faults.ts'
import { readObject } from './s3-object.ts'

const key = 'config/odv.json'

/**
 * `config/odv.json` of the intake bucket. The home country is the deployment's: a file may repeat it, but not name
 * another one, since stores at home are kept out by it. @throws ConfigInvalid @throws HomeCountryRefused
 */
export function s3Configuration(client: S3Client, bucket: string, homeCountry: string): Configuration {
  return {
    async read() {
      const place = { client, bucket, where: `configuration: ${key}` }
      const body = await readObject(place, key).catch((error) => {
        // Who may not list the bucket is told of an absence that it is forbidden.
        if (statusOf(error.cause) === 403) return undefined
        throw error
      })
      if (!body) throw new ConfigInvalid(`${key}: expected a configuration in the intake bucket, got none to read`)
      return parseDeployedConfig(Buffer.from(body).toString(), homeCountry)
    },
  }
}

/** The configuration of a deployment whose home country is this one. @throws ConfigInvalid @throws HomeCountryRefused */
export function parseDeployedConfig(text: string, homeCountry: string): Config {
  const value = parseJson(text)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const config = parseConfig(isObject ? { homeCountry, ...value } : value, key)
  if (config.homeCountry !== homeCountry)
    throw new ConfigInvalid(
      `${key}: homeCountry: expected "${homeCountry}" as in this deployment, got "${config.homeCountry}"`,
    )
  if (config.stores.length > mostStores)
    throw new ConfigInvalid(
      `${key}: stores: expected at most ${mostStores} in a deployment, got ${config.stores.length}: one statement sums all of them up; another stage takes the others`,
    )
  for (const store of config.stores) requireToEndInTime(store, config.passes)
  return config
}

/** The statement on a run names each store with its reasons, and has to fit into an entry of the log (`dynamoLedger`). */
const mostStores = 400

/** An execution lives for a year at most, and one that is ended then attests nothing; the rest of the year is for scanning. */
const longestWaits = 300

/** @throws ConfigInvalid when a run could wait longer than it lives */
function requireToEndInTime({ id, channel, s3 }: StoreConfig, passes: number): void {
  const deadlines = channel.kind === 'manual' ? (passes - 1) * secondsOf(channel.deadline) : 0
  const restores = s3?.restore ? passes * secondsOf(s3.restore.wait) : 0
  const days = (deadlines + restores) / 86_400
  if (days > longestWaits)
    throw new ConfigInvalid(
      `${key}: store ${id}: expected at most ${longestWaits} days of waiting in ${passes} passes, for its custodian and for restores, got ${Math.ceil(days)}: ` +
        'Step Functions ends a run after a year',
    )
}

function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ConfigInvalid(`${key}: expected JSON`, { cause })
  }
  refuseKeysGivenTwice(text, key)
  return value
}
