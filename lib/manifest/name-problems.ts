/** What is wrong with names of columns and members that are not read, in words that do not quote them. */

export const mayBeTime =
  'expected a time of transfer to be called transferredAt, got another name that may be one: call it so, or leave it out'

export const mayNotHold =
  'expected nothing that may say of some rows that their transfer does not hold, got such a column: leave transferredAt of these rows empty, or them out, and then the column'

export const mayBeId =
  'expected identifiers under one name, got another that may have them beside it: call the right one userId, and leave the other out or call it otherwise'
