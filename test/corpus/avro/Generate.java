import java.io.File;
import java.io.FileWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/**
 * Writes the Avro files java-*.bin of this directory by the Avro library of Java (avro-tools 1.12.0), and beside each what must come out, made
 * here from the values. Run, with Java 17: java -cp avro-tools-1.12.0.jar Generate.java
 */
public class Generate {
  static final String SCHEMA = "{'type':'record','name':'Event','namespace':'test.java','doc':'user 1234567','fields':["
      + "{'name':'id','type':'long'},{'name':'name','type':['null',{'type':'string','avro.java.string':'String'}],'default':null},"
      + "{'name':'amount','type':{'type':'bytes','logicalType':'decimal','precision':20,'scale':2}},"
      + "{'name':'fixed','type':{'type':'fixed','name':'Nine','size':9,'logicalType':'decimal','precision':19,'scale':0}},"
      + "{'name':'who','type':{'type':'string','logicalType':'uuid'}},{'name':'kind','type':{'type':'enum','name':'Kind','symbols':['view','like']}},"
      + "{'name':'time','type':{'type':'long','logicalType':'timestamp-millis'}},{'name':'flag','type':'boolean'},{'name':'rate','type':'double'},"
      + "{'name':'friends','type':{'type':'array','items':'long'}},{'name':'labels','type':{'type':'map','values':['long','string']}},"
      + "{'name':'raw','type':'bytes'},{'name':'place','type':['null',{'type':'record','name':'Place','fields':["
      + "{'name':'city','type':'string'},{'name':'next','type':['null','Place']}]}]}]}";

  static long id(int i) {
    return 1000000000000000000L + (long) i * 7919 * i * 7919;
  }

  static void write(String name, int rows, CodecFactory codec, String said, int sync) throws Exception {
    Schema schema = new Schema.Parser().parse(SCHEMA.replace('\'', '"'));
    Schema place = schema.getField("place").schema().getTypes().get(1);
    List<String> lines = new ArrayList<>();
    File file = new File(name + ".bin");
    try (DataFileWriter<GenericRecord> writer = new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
      writer.setCodec(codec);
      writer.setSyncInterval(sync);
      writer.setMeta("made for", "user 1234567");
      writer.create(schema, new java.io.FileOutputStream(file), "sixteen bytes!!!".getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < rows; i++) {
        long id = id(i) * (i % 2 == 0 ? 1 : -1);
        List<String> cells = new ArrayList<>();
        GenericRecord row = new GenericData.Record(schema);
        row.put("id", id);
        cells.add(String.valueOf(id));
        if (i % 3 > 0) {
          row.put("name", "näme\n" + id(i));
          cells.add("näme\r" + id(i));
        }
        BigInteger amount = BigInteger.valueOf(id(i)).multiply(BigInteger.TEN).add(BigInteger.valueOf(37));
        row.put("amount", ByteBuffer.wrap(amount.toByteArray()));
        cells.add(new BigDecimal(amount, 2).toPlainString());
        byte[] nine = new byte[9];
        byte[] digits = BigInteger.valueOf(id(i) + 1).toByteArray();
        System.arraycopy(digits, 0, nine, 9 - digits.length, digits.length);
        row.put("fixed", new GenericData.Fixed(schema.getField("fixed").schema(), nine));
        cells.add(String.valueOf(id(i) + 1));
        String who = String.format("00000000-0000-4000-8000-%012x", 4096 + i);
        row.put("who", who);
        cells.add(who);
        row.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), i % 2 == 0 ? "view" : "like"));
        cells.add(i % 2 == 0 ? "view" : "like");
        row.put("time", 1704067200000L + i);
        cells.add(String.valueOf(1704067200000L + i));
        row.put("flag", i % 2 == 0);
        cells.add(String.valueOf(i % 2 == 0));
        row.put("rate", i + 0.5);
        cells.add(i + ".5");
        List<Long> friends = new ArrayList<>();
        for (int k = 0; k < i % 4; k++) friends.add(id(i) + 10 + k);
        row.put("friends", friends);
        for (long friend : friends) cells.add(String.valueOf(friend));
        row.put("labels", i % 2 == 0 ? Map.of("to", id(i) + 20) : Map.of("said", "hello " + id(i)));
        cells.add(i % 2 == 0 ? "to" : "said");
        cells.add(i % 2 == 0 ? String.valueOf(id(i) + 20) : "hello " + id(i));
        row.put("raw", ByteBuffer.wrap(("raw " + id(i)).getBytes(StandardCharsets.UTF_8)));
        cells.add("raw " + id(i));
        if (i % 5 > 0) {
          GenericRecord outer = new GenericData.Record(place);
          outer.put("city", "city " + i);
          cells.add("city " + i);
          if (i % 5 > 2) {
            GenericRecord inner = new GenericData.Record(place);
            inner.put("city", "user_" + i);
            cells.add("user_" + i);
            outer.put("next", inner);
          }
          row.put("place", outer);
        }
        writer.append(row);
        lines.add(String.join("\t", cells));
      }
    }
    try (FileWriter out = new FileWriter(name + ".json", StandardCharsets.UTF_8)) {
      out.write("{\"madeBy\":\"avro-tools 1.12.0, " + said + "\",\"lines\":[\n" + String.join(",\n", lines.stream().map(Generate::quoted).toList())
          + "],\"metadata\":[\"user 1234567\"]}\n");
    }
    System.out.println(name + " " + file.length() + " bytes");
  }

  static String quoted(String text) {
    return '"' + text.replace("\r", "\\r").replace("\t", "\\t") + '"';
  }

  public static void main(String[] arguments) throws Exception {
    write("java-null", 30, CodecFactory.nullCodec(), "null", 1000);
    write("java-deflate", 30, CodecFactory.deflateCodec(6), "deflate", 1000);
    write("java-snappy", 30, CodecFactory.snappyCodec(), "snappy", 2000);
    write("java-bzip2", 30, CodecFactory.bzip2Codec(), "bzip2", 64000);
    write("java-xz", 30, CodecFactory.xzCodec(6), "xz", 2000);
    write("java-zstandard", 30, CodecFactory.zstandardCodec(3, true), "zstandard with checksums", 2000);
  }
}
