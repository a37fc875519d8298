import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.TimeZone;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hive.ql.exec.vector.BytesColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.ColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.DecimalColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.DoubleColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.ListColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.LongColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.MapColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.StructColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.TimestampColumnVector;
import org.apache.hadoop.hive.ql.exec.vector.VectorizedRowBatch;
import org.apache.hadoop.hive.ql.io.sarg.PredicateLeaf;
import org.apache.hadoop.hive.ql.io.sarg.SearchArgument;
import org.apache.hadoop.hive.ql.io.sarg.SearchArgumentFactory;
import org.apache.orc.OrcFile;
import org.apache.orc.Reader;
import org.apache.orc.RecordReader;
import org.apache.orc.TypeDescription;

/**
 * Prints what ORC's own reader finds: one line of JSON for each row, in the form of `plainCell`. Then, for each row number
 * among the further arguments, the row that it finds by seeking; for COLUMN=NUMBER, how many rows are left when it skips row groups
 * that cannot hold that number; and for `statistics`, those of the file's columns.
 */
public class ReadOrc {
  private static final StringBuilder output = new StringBuilder();

  public static void main(String[] arguments) throws Exception {
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    Configuration configuration = new Configuration();
    // Days before 1582 in today's calendar, as the file says; by default they are shown in that of the time.
    OrcFile.ReaderOptions options = OrcFile.readerOptions(configuration).convertToProlepticGregorian(true);
    Reader reader = OrcFile.createReader(new Path(arguments[0]), options);
    TypeDescription schema = reader.getSchema();
    try (RecordReader rows = reader.rows()) {
      VectorizedRowBatch batch = schema.createRowBatch();
      while (rows.nextBatch(batch)) for (int row = 0; row < batch.size; row++) line(batch, row, schema);
    }
    try (RecordReader rows = reader.rows()) {
      for (int index = 1; index < arguments.length; index++) {
        String argument = arguments[index];
        if (argument.equals("statistics")) statistics(reader);
        else if (argument.contains("=")) select(reader, argument.split("="));
        else {
          VectorizedRowBatch batch = schema.createRowBatch(1);
          rows.seekToRow(Long.parseLong(argument));
          rows.nextBatch(batch);
          line(batch, 0, schema);
        }
      }
    }
    new PrintStream(System.out, false, StandardCharsets.UTF_8).append(output).flush();
  }

  private static void statistics(Reader reader) {
    for (Object one : reader.getStatistics()) output.append(one).append("\n");
  }

  private static void select(Reader reader, String[] condition) throws Exception {
    SearchArgument argument =
        SearchArgumentFactory.newBuilder()
            .equals(condition[0], PredicateLeaf.Type.LONG, Long.parseLong(condition[1]))
            .build();
    TypeDescription schema = reader.getSchema();
    VectorizedRowBatch batch = schema.createRowBatch();
    long left = 0;
    Reader.Options options = reader.options().searchArgument(argument, new String[] {condition[0]});
    try (RecordReader rows = reader.rows(options.allowSARGToFilter(false))) {
      while (rows.nextBatch(batch)) left += batch.size;
    }
    output.append(left + "\n");
  }

  private static void line(VectorizedRowBatch batch, int row, TypeDescription schema) {
    output.append("[");
    for (int column = 0; column < batch.cols.length; column++) {
      if (column > 0) output.append(",");
      value(batch.cols[column], row, schema.getChildren().get(column));
    }
    output.append("]\n");
  }

  private static void value(ColumnVector vector, int at, TypeDescription type) {
    int row = vector.isRepeating ? 0 : at;
    if (!vector.noNulls && vector.isNull[row]) {
      output.append("null");
      return;
    }
    switch (type.getCategory()) {
      case BOOLEAN -> output.append(((LongColumnVector) vector).vector[row] != 0);
      case BYTE, SHORT, INT, LONG -> quote(Long.toString(((LongColumnVector) vector).vector[row]));
      case DATE -> quote(Long.toString(((LongColumnVector) vector).vector[row]));
      case FLOAT, DOUBLE -> quote(bits(((DoubleColumnVector) vector).vector[row]));
      case DECIMAL -> quote(((DecimalColumnVector) vector).vector[row].toFormatString(type.getScale()));
      case STRING, VARCHAR, CHAR -> quote(((BytesColumnVector) vector).toString(row));
      case BINARY -> {
        BytesColumnVector bytes = (BytesColumnVector) vector;
        quote(HexFormat.of().formatHex(bytes.vector[row], bytes.start[row], bytes.start[row] + bytes.length[row]));
      }
      case TIMESTAMP -> {
        TimestampColumnVector times = (TimestampColumnVector) vector;
        quote(Math.floorDiv(times.time[row], 1000L) + "." + times.nanos[row]);
      }
      case LIST -> {
        ListColumnVector list = (ListColumnVector) vector;
        output.append("[");
        for (long index = 0; index < list.lengths[row]; index++) {
          if (index > 0) output.append(",");
          value(list.child, (int) (list.offsets[row] + index), type.getChildren().get(0));
        }
        output.append("]");
      }
      case MAP -> {
        MapColumnVector map = (MapColumnVector) vector;
        output.append("[");
        for (long index = 0; index < map.lengths[row]; index++) {
          output.append(index > 0 ? ",[" : "[");
          value(map.keys, (int) (map.offsets[row] + index), type.getChildren().get(0));
          output.append(",");
          value(map.values, (int) (map.offsets[row] + index), type.getChildren().get(1));
          output.append("]");
        }
        output.append("]");
      }
      case STRUCT -> {
        StructColumnVector struct = (StructColumnVector) vector;
        output.append("[");
        for (int index = 0; index < struct.fields.length; index++) {
          if (index > 0) output.append(",");
          value(struct.fields[index], row, type.getChildren().get(index));
        }
        output.append("]");
      }
      default -> throw new IllegalStateException("unexpected type " + type);
    }
  }

  private static String bits(double value) {
    return HexFormat.of().formatHex(ByteBuffer.allocate(8).putDouble(value).array());
  }

  /** As JSON.stringify writes a text. */
  private static void quote(String text) {
    output.append('"');
    for (char character : text.toCharArray()) {
      switch (character) {
        case '"' -> output.append("\\\"");
        case '\\' -> output.append("\\\\");
        case '\n' -> output.append("\\n");
        case '\t' -> output.append("\\t");
        default -> {
          if (character < 0x20) output.append(String.format("\\u%04x", (int) character));
          else output.append(character);
        }
      }
    }
    output.append('"');
  }
}
