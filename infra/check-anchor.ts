export type AnchorParams = { own: string; bucket: string; account: string; region: string }

/**
 * Whether an anchor of others is named whole: its bucket and the account that it belongs to, and the Region where it is not the stage's.
 * @throws Error naming every param that is unfit, and what was expected
 */
export function checkAnchor({ own, bucket, account, region }: AnchorParams, stageRegion: string): void {
  const isOwn = bucket === own && account === '' && region === stageRegion
  const rules = [
    {
      param: 'anchorBucket',
      isFit: bucket !== own && /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket),
      expected: 'the name of a bucket',
    },
    { param: 'anchorAccount', isFit: /^\d{12}$/.test(account), expected: 'the account that the bucket belongs to' },
    {
      param: 'anchorRegion',
      isFit: /^[a-z]{2,}(-[a-z0-9]+)+$/.test(region),
      expected: 'the Region that the bucket is in',
    },
  ]
  const unfit = isOwn ? [] : rules.filter(({ isFit }) => !isFit)
  if (unfit.length > 0)
    throw new Error(
      `${unfit.map(({ param, expected }) => `${param}: expected ${expected}`).join('; ')}: one that others keep, by all of its params, or none of them`,
    )
}
