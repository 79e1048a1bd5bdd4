# A table with whole numbers of 64 bits, as R 4.2 with data.table reads them.
suppressMessages(library(data.table))
table <- as.data.frame(fread('id,name\n4829137056,jane\n1234567890123456789,bob\n'))
dput(table, 'dput.bin')
saveRDS(table, 'rds-ascii.bin', ascii = TRUE, compress = FALSE)
