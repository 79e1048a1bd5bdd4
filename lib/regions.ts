/**
 * The country that a Region of AWS is in (ISO 3166-1), by the names that AWS publishes. A Region that is not listed here
 * says nothing.
 */
const countries: Record<string, string> = {
  'af-south-1': 'ZA',
  'ap-east-1': 'HK',
  'ap-east-2': 'TW',
  'ap-northeast-1': 'JP',
  'ap-northeast-2': 'KR',
  'ap-northeast-3': 'JP',
  'ap-south-1': 'IN',
  'ap-south-2': 'IN',
  'ap-southeast-1': 'SG',
  'ap-southeast-2': 'AU',
  'ap-southeast-3': 'ID',
  'ap-southeast-4': 'AU',
  'ap-southeast-5': 'MY',
  'ap-southeast-6': 'NZ',
  'ap-southeast-7': 'TH',
  'ca-central-1': 'CA',
  'ca-west-1': 'CA',
  'cn-north-1': 'CN',
  'cn-northwest-1': 'CN',
  'eu-central-1': 'DE',
  'eu-central-2': 'CH',
  'eu-north-1': 'SE',
  'eu-south-1': 'IT',
  'eu-south-2': 'ES',
  'eu-west-1': 'IE',
  'eu-west-2': 'GB',
  'eu-west-3': 'FR',
  'il-central-1': 'IL',
  'me-central-1': 'AE',
  'me-south-1': 'BH',
  'mx-central-1': 'MX',
  'sa-east-1': 'BR',
}

export function countryOfRegion(region: string): string | undefined {
  return /^us(-gov)?-/.test(region) ? 'US' : countries[region]
}

/** The country that a provider other than AWS has in the name of a host, where it is told as AWS tells it: `s3.us-east-1.wasabisys.com`. */
export function countryOfHost(host: string): string | undefined {
  return /(?:^|[.-])us-(?:gov-)?(?:north|south|east|west|central)/.test(host) ? 'US' : undefined
}

/** Host and port of an endpoint; undefined: AWS's own, also by another of its hosts: its buckets have a Region that says where they are. */
export function hostOf({ endpoint }: { endpoint?: string | undefined }): string | undefined {
  if (endpoint === undefined) return undefined
  // As it is written matters not: two spellings of one host are one place.
  const { host: written } = URL.canParse(endpoint) ? new URL(endpoint) : { host: endpoint }
  const host = written.replace(/\.(?=:|$)/, '')
  return /\.(amazonaws\.com(\.cn)?|api\.aws)(:\d+)?$/.test(host) ? undefined : host
}
