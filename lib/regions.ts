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

/** Host and port of an endpoint; undefined: AWS's own, also by another of its hosts: its buckets have a Region that says where they are. */
export function hostOf({ endpoint }: { endpoint?: string | undefined }): string | undefined {
  const host = endpoint?.toLowerCase().replace(/^https?:\/\/|\/$/g, '')
  return host === undefined || /\.(amazonaws\.com(\.cn)?|api\.aws)\.?(:\d+)?$/.test(host) ? undefined : host
}
