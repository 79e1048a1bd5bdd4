import { execFileSync, spawnSync } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatQuery, formatResponse, nonceOf, tokenIn } from '../../lib/timestamp/query.ts'
import { scratchDirectory } from './scratch.ts'

/**
 * An authority for timestamps by OpenSSL, which has an implementation of RFC 3161 of its own: a root, a certificate that signs, and
 * `openssl ts -reply`. What no honest authority says is signed by `openssl cms -sign`.
 */
export type TimestampAuthority = ReturnType<typeof timestampAuthority>

/** In CI its absence is a failure. */
export const withoutOpenssl = process.env.CI !== 'true' && spawnSync('openssl', ['version']).error !== undefined

const purposes = {
  right: ['extendedKeyUsage=critical,timeStamping'],
  'not critical': ['extendedKeyUsage=timeStamping'],
  several: ['extendedKeyUsage=critical,timeStamping,codeSigning'],
  none: [] as string[],
}

const newKeys = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
  'short rsa': ['-newkey', 'rsa:1024'],
  'another curve': ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
}

export function timestampAuthority({
  name = 'authority',
  key = 'ec',
  chain = [],
  purpose = 'right',
  usage = 'digitalSignature',
  signerExtensions = [],
}: {
  name?: string
  key?: keyof typeof newKeys
  /** Extensions of certificates between the root and the one that signs. */
  chain?: readonly string[][]
  purpose?: keyof typeof purposes
  /** What the key that signs may do. */
  usage?: string
  signerExtensions?: readonly string[]
} = {}) {
  const directory = scratchDirectory()
  const path = (file: string) => join(directory, file)
  const openssl = (...given: string[]) => execFileSync('openssl', given, { cwd: directory, stdio: 'pipe' })
  const certify = (file: string, issuer: string | undefined, given: readonly string[]) => {
    const by = issuer === undefined ? [] : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`]
    const extensions = given.flatMap((each) => ['-addext', each])
    const names = ['-subj', `/O=Example/CN=${name} ${file}`, '-days', '3650']
    openssl(
      'req',
      '-x509',
      ...newKeys[key],
      '-nodes',
      '-keyout',
      `${file}.key`,
      '-out',
      `${file}.pem`,
      ...names,
      ...by,
      ...extensions,
    )
  }
  const issuing = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
  certify('root', undefined, issuing)
  chain.forEach((extensions, i) => {
    certify(`middle-${i}`, i === 0 ? 'root' : `middle-${i - 1}`, extensions.length > 0 ? extensions : issuing)
  })
  const last = chain.length === 0 ? 'root' : `middle-${chain.length - 1}`
  certify('signer', last, [
    'basicConstraints=CA:FALSE',
    `keyUsage=critical,${usage}`,
    ...purposes[purpose],
    ...signerExtensions,
  ])
  writeFileSync(path('middle.pem'), chain.map((_, i) => readFileSync(path(`middle-${i}.pem`), 'utf8')).join(''))
  writeFileSync(path('serial'), '1000\n')
  const certs = chain.length === 0 ? '' : 'certs = middle.pem\n'
  writeFileSync(
    path('tsa.conf'),
    `[tsa]\ndefault_tsa = own\n[own]\nserial = serial\nsigner_cert = signer.pem\nsigner_key = signer.key\n${certs}` +
      'signer_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\nordering = yes\n' +
      'tsa_name = yes\ness_cert_id_alg = sha256\n',
  )
  const answer = (query: Uint8Array): Uint8Array => {
    writeFileSync(path('query.tsq'), query)
    openssl('ts', '-reply', '-config', 'tsa.conf', '-queryfile', 'query.tsq', '-out', 'answer.tsr')
    return new Uint8Array(readFileSync(path('answer.tsr')))
  }
  return {
    openssl,
    /** PEM of a certificate: `root`, `middle-0` and so on, `signer`. */
    certificate: (file: string) => readFileSync(path(`${file}.pem`), 'utf8'),
    /** What it answers to a query, as `openssl ts` does. */
    answer,
    /** A timestamp of these bytes, as it is kept. */
    stamp: (bytes: Uint8Array): Uint8Array =>
      formatResponse(
        tokenIn(answer(formatQuery({ sha256: hash('sha256', bytes, 'buffer'), nonce: nonceOf(randomBytes(8)) }))),
      ),
    /** A response with anything that one wants it to say, signed by its certificate. */
    sign(
      info: Uint8Array,
      { type = '1.2.840.113549.1.9.16.1.4', names = true, digest = 'sha256', brings = true } = {},
    ): Uint8Array {
      writeFileSync(path('info'), info)
      const signer = ['-signer', 'signer.pem', '-inkey', 'signer.key', '-md', digest, '-nosmimecap']
      const what = ['-in', 'info', '-binary', '-nodetach', '-econtent_type', type]
      const parts = [...(names ? ['-cades'] : []), ...(brings ? [] : ['-nocerts'])]
      openssl('cms', '-sign', ...what, ...signer, ...parts, '-outform', 'DER', '-out', 'token')
      return formatResponse(new Uint8Array(readFileSync(path('token'))))
    },
    /** Whether OpenSSL accepts a response about these bytes, with the root pinned. */
    accepts(response: Uint8Array, bytes: Uint8Array, at?: number): boolean {
      writeFileSync(path('kept.tsr'), response)
      writeFileSync(path('bytes'), bytes)
      const time = at === undefined ? [] : ['-attime', String(Math.floor(at / 1000))]
      try {
        openssl('ts', '-verify', '-in', 'kept.tsr', '-data', 'bytes', '-CAfile', 'root.pem', ...time)
        return true
      } catch {
        return false
      }
    },
  }
}
