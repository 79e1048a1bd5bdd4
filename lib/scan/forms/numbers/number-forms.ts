import type { Form } from '../form.ts'
import { grouped } from './grouped-form.ts'
import { padded } from './padded-form.ts'
import { scientific } from './scientific-form.ts'

export const numberForms: readonly Form[] = [padded, grouped, scientific]
