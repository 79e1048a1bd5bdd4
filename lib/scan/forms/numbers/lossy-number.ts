/** Reported instead of an entry: a number that may have been one of the index's, had its digits not been rounded away. */
export const lossyNumber = -2
/** From so many digits on a double does not hold all whole numbers, and what is written of one may be another. */
export const inexactFrom = 16
