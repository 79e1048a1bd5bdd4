import java.io.File;
import java.io.FileWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.orc.storage.common.type.HiveDecimal;
import org.apache.orc.storage.ql.exec.vector.*;
import org.apache.orc.*;

/**
 * Writes the ORC files java-*.bin of this directory by the ORC library of Java (orc-tools 1.9.5), as Hive and Spark do, and beside each what must
 * come out, made here from the values. Run, with Java 17 and TZ=UTC: java -cp orc-tools-1.9.5-uber.jar Generate.java
 */
public class Generate {
  static final long FIRST = 1000000000000000000L;
  static final String SCHEMA = "struct<id:bigint,name:string,code:char(12),login:varchar(40),amount:decimal(18,2),large:decimal(38,0),"
      + "time:timestamp,instant:timestamp with local time zone,bytes:binary,list:array<bigint>,map:map<string,bigint>,"
      + "struct:struct<mail:string,count:int>,either:uniontype<bigint,string>,flag:boolean,day:date,double:double,kind:string>";

  static long id(int i) {
    return FIRST + (long) i * 7919 * i * 7919;
  }

  /** Columns by their numbers, each with the texts of its values. */
  static void say(Map<String, List<String>> columns, int stripe, int column, String text) {
    columns.computeIfAbsent("stripe-" + stripe + "/column-" + column, each -> new ArrayList<>()).add(text);
  }

  static void set(ColumnVector vector, int row, String text) {
    ((BytesColumnVector) vector).setVal(row, text.getBytes(StandardCharsets.UTF_8));
  }

  static void fill(VectorizedRowBatch batch, int row, int i, int stripe, Map<String, List<String>> columns) {
    ColumnVector[] cols = batch.cols;
    long id = id(i);
    ((LongColumnVector) cols[0]).vector[row] = i % 2 == 0 ? id : -id;
    say(columns, stripe, 1, String.valueOf(i % 2 == 0 ? id : -id));
    if (i % 5 == 0) {
      cols[1].noNulls = false;
      cols[1].isNull[row] = true;
    } else {
      set(cols[1], row, "näme\n" + id);
      say(columns, stripe, 2, "näme\r" + id);
    }
    set(cols[2], row, "c" + i);
    say(columns, stripe, 3, String.format("%-12s", "c" + i));
    set(cols[3], row, "user_" + id);
    say(columns, stripe, 4, "user_" + id);
    ((DecimalColumnVector) cols[4]).set(row, HiveDecimal.create(BigInteger.valueOf(100L * i - 999), 2));
    say(columns, stripe, 5, new java.math.BigDecimal(BigInteger.valueOf(100L * i - 999), 2).toPlainString());
    BigInteger large = BigInteger.valueOf(id).multiply(BigInteger.valueOf(id)).add(BigInteger.ONE);
    ((DecimalColumnVector) cols[5]).set(row, HiveDecimal.create(large));
    say(columns, stripe, 6, large.toString());
    for (int at = 6; at < 8; at++) {
      TimestampColumnVector time = (TimestampColumnVector) cols[at];
      long seconds = 1433116800L + 977L * i;
      time.time[row] = seconds * 1000 + 12;
      time.nanos[row] = 12_345_000;
      say(columns, stripe, at + 1, String.valueOf(seconds));
      say(columns, stripe, -at - 1, "12345000");
    }
    set(cols[8], row, "bytes " + id);
    say(columns, stripe, 9, "bytes " + id);
    ListColumnVector list = (ListColumnVector) cols[9];
    list.offsets[row] = list.childCount;
    list.lengths[row] = i % 4;
    list.child.ensureSize(list.childCount + 4, true);
    for (int k = 0; k < i % 4; k++) {
      ((LongColumnVector) list.child).vector[list.childCount++] = id + k;
      say(columns, stripe, 11, String.valueOf(id + k));
    }
    MapColumnVector map = (MapColumnVector) cols[10];
    map.offsets[row] = map.childCount;
    map.lengths[row] = i % 3;
    map.keys.ensureSize(map.childCount + 3, true);
    map.values.ensureSize(map.childCount + 3, true);
    for (int k = 0; k < i % 3; k++) {
      set(map.keys, map.childCount, "key " + k);
      ((LongColumnVector) map.values).vector[map.childCount++] = id - k;
      say(columns, stripe, 13, "key " + k);
      say(columns, stripe, 14, String.valueOf(id - k));
    }
    StructColumnVector struct = (StructColumnVector) cols[11];
    set(struct.fields[0], row, "user" + i + "@example.org");
    say(columns, stripe, 16, "user" + i + "@example.org");
    ((LongColumnVector) struct.fields[1]).vector[row] = 7 * i;
    say(columns, stripe, 17, String.valueOf(7 * i));
    UnionColumnVector either = (UnionColumnVector) cols[12];
    either.tags[row] = i % 2;
    if (i % 2 == 0) ((LongColumnVector) either.fields[0]).vector[row] = id + 5;
    else set(either.fields[1], row, "or " + id);
    say(columns, stripe, i % 2 == 0 ? 19 : 20, i % 2 == 0 ? String.valueOf(id + 5) : "or " + id);
    ((LongColumnVector) cols[13]).vector[row] = i % 3 == 0 ? 1 : 0;
    say(columns, stripe, 21, String.valueOf(i % 3 == 0));
    ((LongColumnVector) cols[14]).vector[row] = 3 * i - 50;
    say(columns, stripe, 22, String.valueOf(3 * i - 50));
    ((DoubleColumnVector) cols[15]).vector[row] = i + 0.5;
    say(columns, stripe, 23, i + ".5");
    set(cols[16], row, i % 2 == 0 ? "view" : "like");
    say(columns, stripe, 24, i % 2 == 0 ? "view" : "like");
  }

  static void write(String name, int rows, int perStripe, String said, Configuration conf, OrcFile.Version version, CompressionKind kind)
      throws Exception {
    File file = new File(name + ".bin");
    file.delete();
    TypeDescription schema = TypeDescription.fromString(SCHEMA);
    Writer writer = OrcFile.createWriter(new Path(file.getAbsolutePath()),
        OrcFile.writerOptions(conf).setSchema(schema).compress(kind).version(version).overwrite(true));
    writer.addUserMetadata("made for", ByteBufferOf("user 1234567"));
    Map<String, List<String>> columns = new LinkedHashMap<>();
    VectorizedRowBatch batch = schema.createRowBatch(perStripe);
    for (int i = 0; i < rows; i++) {
      fill(batch, batch.size++, i, i / perStripe + 1, columns);
      if (batch.size == perStripe || i == rows - 1) {
        writer.addRowBatch(batch);
        batch.reset();
      }
    }
    writer.close();
    new File("." + name + ".bin.crc").delete();
    try (FileWriter out = new FileWriter(name + ".json", StandardCharsets.UTF_8)) {
      out.write("{\"madeBy\":\"orc-tools 1.9.5, " + said + "\",\"columns\":{");
      String sign = "";
      for (Map.Entry<String, List<String>> each : columns.entrySet()) {
        String path = each.getKey().replaceFirst("column--(.*)", "column-$1/nanoseconds");
        out.write(sign + "\n\"" + path + "\":[" + String.join(",", each.getValue().stream().map(Generate::quoted).toList()) + "]");
        sign = ",";
      }
      out.write("},\"footer\":[\"id\",\"login\",\"mail\",\"user 1234567\"]}\n");
    }
    Reader reader = OrcFile.createReader(new Path(file.getAbsolutePath()), OrcFile.readerOptions(new Configuration()));
    System.out.println(name + " " + file.length() + " bytes, " + reader.getStripes().size() + " stripes, " + reader.getCompressionKind());
  }

  static java.nio.ByteBuffer ByteBufferOf(String text) {
    return java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String quoted(String text) {
    return '"' + text.replace("\r", "\\r") + '"';
  }

  public static void main(String[] arguments) throws Exception {
    for (CompressionKind kind : new CompressionKind[] {CompressionKind.NONE, CompressionKind.ZLIB, CompressionKind.SNAPPY, CompressionKind.LZ4, CompressionKind.ZSTD}) {
      Configuration conf = new Configuration();
      conf.set("orc.dictionary.key.threshold", kind == CompressionKind.NONE || kind == CompressionKind.LZ4 ? "0" : "1");
      if (kind != CompressionKind.ZLIB && kind != CompressionKind.NONE) conf.set("orc.bloom.filter.columns", "id,name");
      conf.set("orc.stripe.row.count", "24");
      write("java-" + kind.name().toLowerCase(), 48, 24, kind + ", two stripes", conf, OrcFile.Version.CURRENT, kind);
    }
    Configuration old = new Configuration();
    write("java-0.11", 30, 30, "ZLIB, version 0.11", old, OrcFile.Version.V_0_11, CompressionKind.ZLIB);
    Configuration small = new Configuration();
    small.set("orc.compress.size", "1024");
    write("java-chunks", 40, 40, "SNAPPY, chunks of 1 KiB", small, OrcFile.Version.CURRENT, CompressionKind.SNAPPY);
  }
}
