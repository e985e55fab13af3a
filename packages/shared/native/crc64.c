/*
 * CRC-64/XZ (ECMA-182 reflected: the sum that OSS sends as x-oss-hash-crc64ecma) by carry-less multiplication.
 *
 * Node-API module with two functions:
 *   engine(): "pclmulqdq" | "pmull" | "table"   which way this CPU allows
 *   update(state: BigUint64Array(1), bytes: Uint8Array): void   the running sum, before and after; 0 at the beginning
 *
 * The fold: 16 bytes of message are a polynomial of degree below 128; multiplied by x^d mod P they may be added to the
 * 16 bytes that lie d bits behind. Four such accumulators hide the multiplier's latency. What is left in the end, 16
 * bytes congruent to the whole message, goes through the table. No constant is copied from anywhere: they are powers
 * of x modulo P, computed at load.
 */
#include <node_api.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The polynomial 0x42F0E1EBA9EA3693, bits reversed. */
#define POLYNOMIAL 0xC96C5795D7870F42ULL

static uint64_t table[8][256];

static void make_table(void) {
  for (int byte = 0; byte < 256; byte++) {
    uint64_t sum = (uint64_t)byte;
    for (int bit = 0; bit < 8; bit++) sum = (sum & 1) ? (sum >> 1) ^ POLYNOMIAL : sum >> 1;
    table[0][byte] = sum;
  }
  for (int slice = 1; slice < 8; slice++)
    for (int byte = 0; byte < 256; byte++)
      table[slice][byte] = table[0][table[slice - 1][byte] & 0xFF] ^ (table[slice - 1][byte] >> 8);
}

/* Slice by eight. `sum` is the bare register, without the inversions at begin and end. */
static uint64_t by_table(uint64_t sum, const uint8_t *bytes, size_t length) {
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    sum ^= word;
    sum = table[7][sum & 0xFF] ^ table[6][(sum >> 8) & 0xFF] ^ table[5][(sum >> 16) & 0xFF] ^
          table[4][(sum >> 24) & 0xFF] ^ table[3][(sum >> 32) & 0xFF] ^ table[2][(sum >> 40) & 0xFF] ^
          table[1][(sum >> 48) & 0xFF] ^ table[0][sum >> 56];
    bytes += 8;
    length -= 8;
  }
  while (length-- > 0) sum = table[0][(sum ^ *bytes++) & 0xFF] ^ (sum >> 8);
  return sum;
}

/* x^exponent mod P, bits reversed: bit 63 is x^0. */
static uint64_t power_of_x(unsigned exponent) {
  uint64_t value = 1ULL << 63;
  while (exponent-- > 0) value = (value & 1) ? (value >> 1) ^ POLYNOMIAL : value >> 1;
  return value;
}

/* The two factors of a fold over `distance` bits: for the first eight bytes and for the second. The product of two
 * reversed words comes out one bit low, hence the - 1. */
struct fold {
  uint64_t first, second;
};
static struct fold fold_512, fold_128;

static void make_folds(void) {
  fold_512 = (struct fold){power_of_x(512 + 64 - 1), power_of_x(512 - 1)};
  fold_128 = (struct fold){power_of_x(128 + 64 - 1), power_of_x(128 - 1)};
}

#if defined(__x86_64__)
#include <immintrin.h>
#define ENGINE "pclmulqdq"
#define FOLDING __attribute__((target("pclmul,sse2")))
typedef __m128i block;

static int folding_supported(void) { return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse2"); }
FOLDING static inline block load(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }
FOLDING static inline void store(uint8_t *bytes, block value) { _mm_storeu_si128((__m128i *)bytes, value); }
FOLDING static inline block add(block a, block b) { return _mm_xor_si128(a, b); }
FOLDING static inline block from_sum(uint64_t sum) { return _mm_set_epi64x(0, (long long)sum); }
FOLDING static inline block factors(struct fold fold) {
  return _mm_set_epi64x((long long)fold.second, (long long)fold.first);
}
FOLDING static inline block folded(block value, block by) {
  return add(_mm_clmulepi64_si128(value, by, 0x00), _mm_clmulepi64_si128(value, by, 0x11));
}

#elif defined(__aarch64__) && defined(__linux__)
#include <arm_neon.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#define ENGINE "pmull"
#define FOLDING __attribute__((target("+crypto")))
typedef uint64x2_t block;

static int folding_supported(void) { return (getauxval(AT_HWCAP) & HWCAP_PMULL) != 0; }
FOLDING static inline block load(const uint8_t *bytes) { return vreinterpretq_u64_u8(vld1q_u8(bytes)); }
FOLDING static inline void store(uint8_t *bytes, block value) { vst1q_u8(bytes, vreinterpretq_u8_u64(value)); }
FOLDING static inline block add(block a, block b) { return veorq_u64(a, b); }
FOLDING static inline block from_sum(uint64_t sum) { return vcombine_u64(vcreate_u64(sum), vcreate_u64(0)); }
FOLDING static inline block factors(struct fold fold) {
  return vcombine_u64(vcreate_u64(fold.first), vcreate_u64(fold.second));
}
FOLDING static inline block folded(block value, block by) {
  poly128_t low = vmull_p64((poly64_t)vgetq_lane_u64(value, 0), (poly64_t)vgetq_lane_u64(by, 0));
  poly128_t high = vmull_p64((poly64_t)vgetq_lane_u64(value, 1), (poly64_t)vgetq_lane_u64(by, 1));
  return add(vreinterpretq_u64_p128(low), vreinterpretq_u64_p128(high));
}
#endif

#ifdef ENGINE
/* At least 64 bytes. */
FOLDING static uint64_t by_folding(uint64_t sum, const uint8_t *bytes, size_t length) {
  block a = add(load(bytes), from_sum(sum));
  block b = load(bytes + 16);
  block c = load(bytes + 32);
  block d = load(bytes + 48);
  const block far = factors(fold_512);
  for (bytes += 64, length -= 64; length >= 64; bytes += 64, length -= 64) {
    a = add(folded(a, far), load(bytes));
    b = add(folded(b, far), load(bytes + 16));
    c = add(folded(c, far), load(bytes + 32));
    d = add(folded(d, far), load(bytes + 48));
  }
  const block near = factors(fold_128);
  b = add(b, folded(a, near));
  c = add(c, folded(b, near));
  d = add(d, folded(c, near));
  for (; length >= 16; bytes += 16, length -= 16) d = add(folded(d, near), load(bytes));
  uint8_t rest[16];
  store(rest, d);
  return by_table(by_table(0, rest, 16), bytes, length);
}
#else
#define ENGINE "table"
static int folding_supported(void) { return 0; }
static uint64_t by_folding(uint64_t sum, const uint8_t *bytes, size_t length) { return by_table(sum, bytes, length); }
#endif

static int folds;

static napi_value update(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2, state_length = 0, length = 0;
  napi_typedarray_type state_type, bytes_type;
  void *state = NULL, *bytes = NULL;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 2 ||
      napi_get_typedarray_info(env, arguments[0], &state_type, &state_length, &state, NULL, NULL) != napi_ok ||
      napi_get_typedarray_info(env, arguments[1], &bytes_type, &length, &bytes, NULL, NULL) != napi_ok ||
      state_type != napi_biguint64_array || state_length != 1 || bytes_type != napi_uint8_array) {
    napi_throw_type_error(env, NULL, "update takes a BigUint64Array of one element and a Uint8Array");
    return NULL;
  }
  if (length == 0) return NULL;
  uint64_t *running = state;
  uint64_t sum = ~*running;
  *running = ~(folds && length >= 64 ? by_folding(sum, bytes, length) : by_table(sum, bytes, length));
  return NULL;
}

static napi_value engine(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value name;
  if (napi_create_string_utf8(env, folds ? ENGINE : "table", NAPI_AUTO_LENGTH, &name) != napi_ok) return NULL;
  return name;
}

NAPI_MODULE_INIT() {
  make_table();
  make_folds();
  folds = folding_supported();
  const napi_property_descriptor properties[] = {
      {"update", NULL, update, NULL, NULL, NULL, napi_enumerable, NULL},
      {"engine", NULL, engine, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  if (napi_define_properties(env, exports, 2, properties) != napi_ok) return NULL;
  return exports;
}
