import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.SequenceFile;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.Writable;

/** Prints what Hadoop's own reader finds: a line for the header, then key and value (hexadecimal) of each record. */
public class ReadSequenceFile {
  public static void main(String[] arguments) throws Exception {
    Configuration configuration = new Configuration();
    StringBuilder output = new StringBuilder();
    try (SequenceFile.Reader reader =
        new SequenceFile.Reader(configuration, SequenceFile.Reader.file(new Path(arguments[0])))) {
      String codec = reader.getCompressionCodec() == null ? "none" : reader.getCompressionCodec().getClass().getName();
      output.append(reader.getKeyClassName() + " " + reader.getValueClassName() + " " + codec + "\n");
      LongWritable key = new LongWritable();
      Writable value = (Writable) reader.getValueClass().getDeclaredConstructor().newInstance();
      while (reader.next(key, value)) {
        byte[] bytes = value instanceof Text ? ((Text) value).copyBytes() : ((BytesWritable) value).copyBytes();
        output.append(key.get() + " " + HexFormat.of().formatHex(bytes) + "\n");
      }
    }
    // From the middle of the file on, as a task that was given the second half of it would.
    if (arguments.length > 1) {
      try (SequenceFile.Reader reader =
          new SequenceFile.Reader(configuration, SequenceFile.Reader.file(new Path(arguments[0])))) {
        reader.sync(Long.parseLong(arguments[1]));
        int rest = 0;
        while (reader.next(new LongWritable())) rest++;
        output.append("rest " + rest + "\n");
      }
    }
    System.out.print(output);
  }
}
