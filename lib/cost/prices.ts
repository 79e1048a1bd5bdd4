/**
 * List prices in USD, before tax, discounts and free tiers. Those of us-east-1 for what the deployment does, since other
 * Regions differ by a few per cent; transfer by the Region that the bytes leave. As AWS published them in 2025: an estimate
 * is for deciding whether to begin, the bill is what counts.
 */
export const prices = {
  asOf: '2025-12',
  /** S3 Standard, per request. LIST is billed like PUT. */
  s3Get: 0.4e-6,
  s3List: 5e-6,
  s3Put: 5e-6,
  s3GigabyteMonth: 0.023,
  /**
   * S3, restoring by class and tier: per request, and per GB that is retrieved. Deep Archive has no expedited tier. The copy is
   * kept at the price of S3 Standard. Of all prices these differ most between Regions. From the tab "Requests & data
   * retrievals" of aws.amazon.com/s3/pricing.
   */
  restore: {
    GLACIER: {
      bulk: { request: 0, gigabyte: 0 },
      standard: { request: 0.05e-3, gigabyte: 0.01 },
      expedited: { request: 10e-3, gigabyte: 0.03 },
    },
    DEEP_ARCHIVE: {
      bulk: { request: 0.025e-3, gigabyte: 0.0025 },
      standard: { request: 0.1e-3, gigabyte: 0.02 },
      expedited: undefined,
    },
  },
  /** Lambda on arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  /** Step Functions, Standard. */
  transition: 25e-6,
  /** DynamoDB on demand, per write of up to 1 KB; KMS with an elliptic curve key, per request. */
  dynamoWrite: 0.625e-6,
  kmsSignature: 15e-6,
} as const

/** Transfer from one Region to another, per GB; between the Regions that are not listed, the usual 0.02. */
const transfer: Record<string, number> = {
  'af-south-1': 0.147,
  'ap-east-1': 0.09,
  'ap-northeast-1': 0.09,
  'ap-northeast-2': 0.08,
  'ap-northeast-3': 0.09,
  'ap-south-1': 0.086,
  'ap-southeast-1': 0.09,
  'ap-southeast-2': 0.098,
  'me-south-1': 0.1105,
  'sa-east-1': 0.138,
}

export function transferPrice(from: string | undefined, to: string): number {
  return from === undefined || from === to ? 0 : (transfer[from] ?? 0.02)
}
