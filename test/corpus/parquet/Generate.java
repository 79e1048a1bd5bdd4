import java.io.File;
import java.io.FileWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Writes the Parquet files java-*.bin of this directory by the Parquet library of Java (parquet-hadoop 1.15.0), as Spark and Hive do, and beside
 * each what must come out, made here from the values. Run, with Java 17 and a class path of parquet-hadoop and hadoop-client:
 * java -cp "$CLASSES" Generate.java
 */
public class Generate {
  static final String SCHEMA = "message row { required int64 id; optional binary name (STRING); required binary login (STRING);"
      + " required int64 amount (DECIMAL(18,2)); required fixed_len_byte_array(16) large (DECIMAL(38,0)); required int64 time (TIMESTAMP(MICROS,true));"
      + " required binary raw; required int32 count; required boolean flag; required double rate;"
      + " optional group friends (LIST) { repeated group list { optional int64 element; } }"
      + " optional group labels (MAP) { repeated group key_value { required binary key (STRING); optional int64 value; } }"
      + " required group contact { optional binary mail (STRING); } required fixed_len_byte_array(16) who (UUID); required binary kind (ENUM); }";

  static long id(int i) {
    return 1000000000000000000L + (long) i * 7919 * i * 7919;
  }

  static void say(Map<Integer, List<String>> columns, int column, String text) {
    columns.computeIfAbsent(column, each -> new ArrayList<>()).add(text);
  }

  static Binary wide(BigInteger value) {
    byte[] bytes = new byte[16];
    byte[] digits = value.toByteArray();
    System.arraycopy(digits, 0, bytes, 16 - digits.length, digits.length);
    return Binary.fromConstantByteArray(bytes);
  }

  static Group row(SimpleGroupFactory groups, int i, Map<Integer, List<String>> columns) {
    Group row = groups.newGroup();
    long id = id(i) * (i % 2 == 0 ? 1 : -1);
    row.add("id", id);
    say(columns, 1, String.valueOf(id));
    if (i % 5 > 0) {
      row.add("name", "näme\n" + id(i));
      say(columns, 2, "näme\r" + id(i));
    }
    row.add("login", "user_" + id(i));
    say(columns, 3, "user_" + id(i));
    row.add("amount", 100L * i + 37);
    say(columns, 4, i + ".37");
    BigInteger large = BigInteger.valueOf(id(i)).multiply(BigInteger.valueOf(id(i)));
    row.add("large", wide(large));
    say(columns, 5, large.toString());
    row.add("time", 1704067200000000L + 1000L * i);
    say(columns, 6, String.valueOf(1704067200000000L + 1000L * i));
    row.add("raw", Binary.fromString("raw " + id(i)));
    say(columns, 7, "raw " + id(i));
    row.add("count", 7 * i - 100);
    say(columns, 8, String.valueOf(7 * i - 100));
    row.add("flag", i % 3 == 0);
    say(columns, 9, String.valueOf(i % 3 == 0));
    row.add("rate", i + 0.5);
    say(columns, 10, i + ".5");
    if (i % 4 > 0) {
      Group friends = row.addGroup("friends");
      for (int k = 0; k < i % 4; k++) {
        Group item = friends.addGroup("list");
        if (k == 1) continue;
        item.add("element", id(i) + 10 + k);
        say(columns, 11, String.valueOf(id(i) + 10 + k));
      }
    }
    if (i % 3 > 0) {
      Group pair = row.addGroup("labels").addGroup("key_value");
      pair.add("key", "key " + i % 3);
      pair.add("value", id(i) + 20);
      say(columns, 12, "key " + i % 3);
      say(columns, 13, String.valueOf(id(i) + 20));
    }
    Group contact = row.addGroup("contact");
    contact.add("mail", "user" + i + "@example.org");
    say(columns, 14, "user" + i + "@example.org");
    ByteBuffer who = ByteBuffer.allocate(16).putLong(0x0000000000004000L).putLong(0x8000000000001000L + i);
    row.add("who", Binary.fromConstantByteArray(who.array()));
    say(columns, 15, String.format("00000000-0000-4000-8000-%012x", 4096 + i));
    row.add("kind", i % 2 == 0 ? "view" : "like");
    say(columns, 16, i % 2 == 0 ? "view" : "like");
    return row;
  }

  static void write(String name, CompressionCodecName codec, WriterVersion version, boolean dictionary, boolean bloom) throws Exception {
    MessageType schema = MessageTypeParser.parseMessageType(SCHEMA);
    File file = new File(name + ".bin");
    file.delete();
    Map<Integer, List<String>> columns = new LinkedHashMap<>();
    ExampleParquetWriter.Builder builder = ExampleParquetWriter.builder(new Path(file.getAbsolutePath())).withConf(new Configuration()).withType(schema)
        .withCompressionCodec(codec).withWriterVersion(version).withDictionaryEncoding(dictionary).withPageRowCountLimit(15)
        .withExtraMetaData(Map.of("made for", "user 1234567")).withPageWriteChecksumEnabled(true);
    if (bloom) builder = builder.withBloomFilterEnabled("login", true).withBloomFilterNDV("login", 40);
    try (ParquetWriter<Group> writer = builder.build()) {
      SimpleGroupFactory groups = new SimpleGroupFactory(schema);
      for (int i = 0; i < 40; i++) writer.write(row(groups, i, columns));
    }
    new File("." + name + ".bin.crc").delete();
    try (FileWriter out = new FileWriter(name + ".json", StandardCharsets.UTF_8)) {
      out.write("{\"madeBy\":\"parquet-hadoop 1.15.0, " + codec + ", " + version + (dictionary ? ", dictionaries" : "") + (bloom ? ", Bloom filter" : "") + "\",\"columns\":{");
      String sign = "";
      for (Map.Entry<Integer, List<String>> each : columns.entrySet()) {
        out.write(sign + "\n\"row-group-1/column-" + each.getKey() + "\":[" + String.join(",", each.getValue().stream().map(Generate::quoted).toList()) + "]");
        sign = ",";
      }
      out.write("},\"footer\":[\"id\",\"login\",\"mail\"]}\n");
    }
    System.out.println(name + " " + file.length() + " bytes");
  }

  static String quoted(String text) {
    return '"' + text.replace("\r", "\\r") + '"';
  }

  public static void main(String[] arguments) throws Exception {
    write("java-none", CompressionCodecName.UNCOMPRESSED, WriterVersion.PARQUET_1_0, false, false);
    write("java-gzip", CompressionCodecName.GZIP, WriterVersion.PARQUET_2_0, false, false);
    write("java-snappy", CompressionCodecName.SNAPPY, WriterVersion.PARQUET_1_0, true, true);
    write("java-zstd", CompressionCodecName.ZSTD, WriterVersion.PARQUET_2_0, true, false);
    write("java-lz4-raw", CompressionCodecName.LZ4_RAW, WriterVersion.PARQUET_2_0, false, false);
  }
}
