import { planListing } from '../lib/pipeline/plan-listing.ts'
import { task } from './runtime.ts'

export const handler = task('plan-listing', planListing)
