import static io.airlift.slice.Slices.utf8Slice;
import static io.trino.spi.type.BigintType.BIGINT;
import static io.trino.spi.type.BooleanType.BOOLEAN;
import static io.trino.spi.type.DateType.DATE;
import static io.trino.spi.type.DoubleType.DOUBLE;
import static io.trino.spi.type.IntegerType.INTEGER;
import static io.trino.spi.type.TimestampType.TIMESTAMP_MICROS;
import static io.trino.spi.type.VarbinaryType.VARBINARY;
import static io.trino.spi.type.VarcharType.VARCHAR;

import io.airlift.units.DataSize;
import io.trino.parquet.writer.*;
import io.trino.spi.PageBuilder;
import io.trino.spi.block.*;
import io.trino.spi.type.*;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.parquet.format.CompressionCodec;

/**
 * Writes the Parquet files trino-*.bin of this directory by Trino's own writer (io.trino:trino-parquet:440 and trino-spi:440), and beside each what must come out, made here from the
 * values. Run, with Java 25 and the jars of these artifacts and what they need in lib/: java -cp 'lib/*' GenerateTrino.java
 */
public class GenerateTrino {
  static final int ROWS = 60;
  static final Type AMOUNT = DecimalType.createDecimalType(18, 2);
  static final Type LARGE = DecimalType.createDecimalType(38, 0);
  static final RowType PERSON = RowType.rowType(RowType.field("mail", VARCHAR), RowType.field("count", INTEGER));
  static final List<String> NAMES = List.of("id", "name", "kind", "login", "amount", "large", "time", "flag", "day", "double", "bytes", "list", "person");
  static final List<Type> TYPES = List.of(BIGINT, VARCHAR, VARCHAR, VarcharType.createVarcharType(40), AMOUNT, LARGE, TIMESTAMP_MICROS, BOOLEAN, DATE, DOUBLE,
      VARBINARY, new ArrayType(BIGINT), PERSON);

  static long id(int i) {
    return 1000000000000000000L + (long) i * 7919 * i * 7919;
  }

  static void say(Map<String, List<String>> columns, int stripe, String column, String text) {
    columns.computeIfAbsent("row-group-" + stripe + "/column-" + column, each -> new ArrayList<>()).add(text);
  }

  static void add(PageBuilder page, int i, Map<String, List<String>> columns) {
    int stripe = 1;
    long id = id(i);
    page.declarePosition();
    BIGINT.writeLong(page.getBlockBuilder(0), i % 2 == 0 ? id : -id);
    say(columns, stripe, "1", String.valueOf(i % 2 == 0 ? id : -id));
    if (i % 5 == 0) page.getBlockBuilder(1).appendNull();
    else {
      VARCHAR.writeSlice(page.getBlockBuilder(1), utf8Slice("näme\n" + id));
      say(columns, stripe, "2", "näme\r" + id);
    }
    String kind = i % 3 == 0 ? "view" : "like " + id(1);
    VARCHAR.writeSlice(page.getBlockBuilder(2), utf8Slice(kind));
    say(columns, stripe, "3", kind);
    VARCHAR.writeSlice(page.getBlockBuilder(3), utf8Slice("user_" + id));
    say(columns, stripe, "4", "user_" + id);
    AMOUNT.writeLong(page.getBlockBuilder(4), 100L * i - 999);
    say(columns, stripe, "5", new java.math.BigDecimal(BigInteger.valueOf(100L * i - 999), 2).toPlainString());
    BigInteger large = BigInteger.valueOf(id).multiply(BigInteger.valueOf(id)).add(BigInteger.ONE);
    LARGE.writeObject(page.getBlockBuilder(5), Int128.valueOf(large));
    say(columns, stripe, "6", large.toString());
    long seconds = 1433116800L + 977L * i;
    TIMESTAMP_MICROS.writeLong(page.getBlockBuilder(6), seconds * 1_000_000 + 12_345);
    say(columns, stripe, "7", String.valueOf(seconds * 1_000_000 + 12_345));
    BOOLEAN.writeBoolean(page.getBlockBuilder(7), i % 3 == 0);
    say(columns, stripe, "8", String.valueOf(i % 3 == 0));
    DATE.writeLong(page.getBlockBuilder(8), 3 * i - 50);
    say(columns, stripe, "9", String.valueOf(3 * i - 50));
    DOUBLE.writeDouble(page.getBlockBuilder(9), i + 0.5);
    say(columns, stripe, "10", i + ".5");
    VARBINARY.writeSlice(page.getBlockBuilder(10), utf8Slice("bytes " + id));
    say(columns, stripe, "11", "bytes " + id);
    ((ArrayBlockBuilder) page.getBlockBuilder(11)).buildEntry(list -> {
      for (int k = 0; k < i % 4; k++) {
        BIGINT.writeLong(list, id + k);
        say(columns, stripe, "12", String.valueOf(id + k));
      }
    });
    ((RowBlockBuilder) page.getBlockBuilder(12)).buildEntry(fields -> {
      VARCHAR.writeSlice(fields.get(0), utf8Slice("user" + i + "@example.org"));
      INTEGER.writeLong(fields.get(1), 7 * i);
    });
    say(columns, stripe, "13", "user" + i + "@example.org");
    say(columns, stripe, "14", String.valueOf(7 * i));
  }

  static void write(CompressionCodec codec) throws Exception {
    String name = "trino-" + codec.name().toLowerCase();
    Map<String, List<String>> columns = new LinkedHashMap<>();
    ParquetSchemaConverter schema = new ParquetSchemaConverter(TYPES, NAMES, false, false);
    ParquetWriter writer = new ParquetWriter(new FileOutputStream(name + ".bin"), schema.getMessageType(), schema.getPrimitiveTypes(),
        ParquetWriterOptions.builder().setMaxPageSize(DataSize.ofBytes(512)).setMaxPageValueCount(25).setBatchSize(10).build(), codec, "trino 440", Optional.empty(), Optional.empty());
    PageBuilder page = new PageBuilder(TYPES);
    for (int i = 0; i < ROWS; i++) add(page, i, columns);
    writer.write(page.build());
    writer.close();
    try (FileWriter out = new FileWriter(name + ".json", StandardCharsets.UTF_8)) {
      out.write("{\"madeBy\":\"trino-parquet 440, " + codec + "\",\"columns\":{");
      String sign = "";
      for (Map.Entry<String, List<String>> each : columns.entrySet()) {
        out.write(sign + "\n\"" + each.getKey() + "\":[" + String.join(",", each.getValue().stream().map(text -> '"' + text.replace("\r", "\\r") + '"').toList()) + "]");
        sign = ",";
      }
      out.write("},\"footer\":[\"id\",\"login\",\"mail\"]}\n");
    }
  }

  public static void main(String[] arguments) throws Exception {
    for (CompressionCodec codec : List.of(CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD)) write(codec);
  }
}
