// Writes feather-0.17.bin, whose batches say in metadata of their own that they are compressed: by Arrow's library in C++ of version 0.17.1, which pyarrow 0.17.1 (a wheel for Python 3.8) has in it.
//
// Run where that wheel is unpacked: g++ -std=c++11 -D_GLIBCXX_USE_CXX11_ABI=0 -Ipyarrow/include generate-0.17.cc pyarrow/libarrow.so.17 -Wl,-rpath,pyarrow && ./a.out
#include <arrow/api.h>
#include <arrow/io/api.h>
#include <arrow/ipc/feather.h>
#include <arrow/util/compression.h>

using namespace arrow;

int main() {
  Int64Builder longs;
  Int32Builder ints;
  StringBuilder texts;
  StringDictionaryBuilder entries;
  uint64_t random = 88172645463325252;
  for (int row = 0; row < 5; row++) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    longs.Append(random >> 2);
    ints.Append(random >> 33);
    texts.Append("bob_smith_" + std::to_string(row));
    entries.Append("jane_doe" + std::to_string(row % 2));
  }
  std::shared_ptr<Array> n, i, s, d;
  longs.Finish(&n);
  ints.Finish(&i);
  texts.Finish(&s);
  entries.Finish(&d);
  auto fields = schema({field("n", int64()), field("i", int32()), field("s", utf8()), field("d", d->type())});
  auto out = *io::FileOutputStream::Open("feather-0.17.bin");
  auto properties = ipc::feather::WriteProperties::Defaults();
  properties.version = ipc::feather::kFeatherV2Version;
  properties.compression = Compression::LZ4_FRAME;
  return ipc::feather::WriteTable(*Table::Make(fields, {n, i, s, d}), out.get(), properties).ok() ? 0 : 1;
}
