/* Ordinary code of many kinds, so that a compiler uses many instructions. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef long long s64;

extern void sink(void *);
extern int ask(int);

struct item {
    u8 a;
    s8 b;
    u16 c;
    short d;
    u32 e;
    u64 f;
    float g;
    double h;
    struct item *next;
    int (*call)(int);
};

#define ARITHMETIC(name, type)                                                                                     \
    type name##_add(type a, type b) { return a + b; }                                                              \
    type name##_sub(type a, type b) { return a - b; }                                                              \
    type name##_mul(type a, type b) { return a * b; }                                                              \
    type name##_div(type a, type b) { return a / b; }                                                              \
    int name##_less(type a, type b) { return a < b; }                                                              \
    int name##_equal(type a, type b) { return a == b; }                                                            \
    type name##_min(type a, type b) { return a < b ? a : b; }                                                      \
    type name##_select(type a, type b, int c) { return c ? a : b; }                                                \
    type name##_sum(const type *p, int n) { type s = 0; for (int i = 0; i < n; i++) s += p[i] * p[n - i]; return s; } \
    void name##_each(type *restrict p, const type *restrict q, int n) { for (int i = 0; i < n; i++) p[i] = p[i] * q[i] + q[i]; } \
    void name##_swap(type *p, type *q) { type t = *p; *p = *q; *q = t; }                                           \
    int name##_to_int(type a) { return (int)a; }                                                                   \
    u64 name##_to_u64(type a) { return (u64)a; }                                                                   \
    double name##_to_double(type a) { return (double)a; }                                                          \
    float name##_to_float(type a) { return (float)a; }

#define BITS(name, type)                                                                                           \
    type name##_mod(type a, type b) { return a % b; }                                                              \
    type name##_and(type a, type b) { return a & ~b; }                                                             \
    type name##_or(type a, type b) { return a | b; }                                                               \
    type name##_xor(type a, type b) { return a ^ b; }                                                              \
    type name##_shl(type a, int n) { return a << n; }                                                              \
    type name##_shr(type a, int n) { return a >> n; }                                                              \
    type name##_rol(type a, int n) { int w = sizeof a * 8; n &= w - 1; return n ? a << n | (u64)a >> (w - n) : a; } \
    type name##_not(type a) { return ~a; }                                                                         \
    type name##_neg(type a) { return -a; }                                                                         \
    int name##_bit(type a, int n) { return a >> n & 1; }                                                           \
    void name##_set_bit(type *a, int n) { *a |= (type)1 << n; }                                                    \
    int name##_count(type a) { return __builtin_popcountll(a); }                                                   \
    int name##_first(type a) { return __builtin_ctzll(a | 256); }                                                  \
    int name##_last(type a) { return __builtin_clzll(a | 1); }                                                     \
    type name##_const(type a) { return a * 10 / 7 % 13 + a / 8; }                                                  \
    type name##_swapped(type a) { return sizeof a == 8 ? __builtin_bswap64(a) : __builtin_bswap32(a); }            \
    type name##_fetch(type *p, type a) { return __atomic_fetch_add(p, a, __ATOMIC_SEQ_CST); }                      \
    type name##_exchange(type *p, type a) { return __atomic_exchange_n(p, a, __ATOMIC_SEQ_CST); }                  \
    int name##_replace(type *p, type a, type b) { return __atomic_compare_exchange_n(p, &a, b, 0, 5, 5); }         \
    void name##_atomic_or(type *p, type a) { __atomic_fetch_or(p, a, __ATOMIC_SEQ_CST); }                          \
    int name##_overflow(type a, type b, type *r) { return __builtin_mul_overflow(a, b, r); }                       \
    int name##_carry(type a, type b, type *r) { return __builtin_add_overflow(a, b, r); }

ARITHMETIC(f, float)
ARITHMETIC(d, double)
ARITHMETIC(l, long double)
ARITHMETIC(b, u8)
BITS(b, u8)
ARITHMETIC(sb, s8)
BITS(sb, s8)
ARITHMETIC(w, u16)
BITS(w, u16)
ARITHMETIC(h, short)
BITS(h, short)
ARITHMETIC(i, int)
BITS(i, int)
ARITHMETIC(u, u32)
BITS(u, u32)
ARITHMETIC(q, u64)
BITS(q, u64)
ARITHMETIC(s, s64)
BITS(s, s64)

double root(double x) { return __builtin_sqrt(x) + __builtin_fabs(x); }
float rootf(float x) { return __builtin_sqrtf(x) - __builtin_fabsf(-x); }
double rounded(double x) { return __builtin_floor(x) + __builtin_trunc(x); }
void clear(struct item *p) { __builtin_memset(p, 0, sizeof *p); }
void copy(struct item *p, const struct item *q) { *p = *q; }
void large(char *p, const char *q) { __builtin_memcpy(p, q, 4096); }
int widths(const struct item *p) { return p->a + p->b + p->c + p->d + (int)p->e; }
void narrow(struct item *p, int x) { p->a = x; p->c = x; p->e = x; p->f = x; p->g = x; p->h = x; }
int chain(struct item *p) { int n = 0; for (; p; p = p->next) n += p->call(p->d); return n; }
int jumps(int x) {
    switch (x) {
    case 0: return ask(3);
    case 1: return ask(9) * 3;
    case 2: return ask(2) / 5;
    case 3: return ask(8) - 7;
    case 4: return ask(1) % 11;
    case 5: return ask(0) << 3;
    default: return x;
    }
}
int variable(int n) { char space[n]; sink(space); return space[n / 2]; }
int recursive(int n) { return n < 2 ? n : recursive(n - 1) * recursive(n - 2) + ask(n); }
u64 wide(u32 a, u32 b) { return (u64)a * b; }
s64 signed_wide(int a, int b) { return (s64)a * b; }
int many(int a, int b, int c, int d, int e, int f, int g, int h) { return ask(a + b) ^ ask(c - d) ^ ask(e * f) ^ ask(g & h); }
int compare(const u8 *p, const u8 *q, int n) { for (int i = 0; i < n; i++) if (p[i] != q[i]) return p[i] - q[i]; return 0; }
u32 hash(const u8 *p, int n) { u32 h = 5381; for (int i = 0; i < n; i++) h = h * 33 ^ p[i]; return h; }
u16 sums(const u16 *p, int n) { u32 s = 0; for (int i = 0; i < n; i++) s += p[i]; return s + (s >> 16); }
void scale(float *p, const int *q, int n) { for (int i = 0; i < n; i++) p[i] = q[i] * 0.5f; }
void widen(double *p, const float *q, int n) { for (int i = 0; i < n; i++) p[i] = q[i]; }
void masked(int *p, const int *q, int n) { for (int i = 0; i < n; i++) if (q[i] > 3) p[i] = q[i] + p[i]; }
void absolute(int *p, int n) { for (int i = 0; i < n; i++) p[i] = p[i] < 0 ? -p[i] : p[i]; }
int greatest(const int *p, int n) { int m = p[0]; for (int i = 1; i < n; i++) m = p[i] > m ? p[i] : m; return m; }
