import { binaryInteger } from './binary-integer-form.ts'
import { binaryUuid } from './binary-uuid-form.ts'
import { base64Uuid } from './codes/base64-uuid-form.ts'
import { bytesForm } from './codes/bytes-form.ts'
import { codeForms } from './codes/code-forms.ts'
import { escapeForms } from './escapes/escape-forms.ts'
import { widthForm } from './escapes/width-form.ts'
import { fixedWidth } from './fixed-width-form.ts'
import type { Form } from './form.ts'
import { multibyte } from './multibyte-form.ts'
import { numberForms } from './numbers/number-forms.ts'
import { rounded } from './numbers/rounded-form.ts'
import { utf16Form } from './utf-16-form.ts'

/** Every form that identifiers are looked for in. */
export const forms: readonly Form[] = [
  ...escapeForms,
  ...numberForms,
  multibyte,
  utf16Form,
  ...codeForms,
  base64Uuid,
  bytesForm,
  widthForm,
  fixedWidth,
  binaryUuid,
  binaryInteger,
  rounded,
]
