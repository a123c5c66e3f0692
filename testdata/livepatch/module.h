/* What a livepatch of unit.c has in place of the rest of the unit. */
struct klp_func { const char *old_name; void *new_func; unsigned long old_sympos; long kernels[4]; };
struct klp_object { const char *name; struct klp_func *funcs; void *callbacks[5]; long kernels[3]; };
struct klp_patch { void *mod; struct klp_object *objs; long kernels[3]; };

#define REPLACEMENT(name) klpp_##name
#ifndef CONSTANT
#define CONSTANT 5
#endif
#ifndef HELPER
#define HELPER ".klp.sym.vmlinux.helper$0"
#endif
#ifndef TWICE
#define TWICE "twice"
#endif
#ifndef OBJECT
#define OBJECT 0
#endif

extern int __this_module;
extern int klp_enable_patch(struct klp_patch *);
extern int elsewhere asm(".klp.sym.vmlinux.elsewhere$0");
extern int helper(int) asm(HELPER);
#ifdef OWN
static int calls;
#else
extern int calls asm(".klp.sym.vmlinux.calls$2");
#endif
static const char *const words[] = { "one", SECOND, "three" };

int klpp_counted(int), klpp_twice(int);
#ifdef UNPATCHABLE
static int klpp_untraced(int n)
{
	return n ^ elsewhere;
}
static int klpp_at_boot(int n)
{
	calls = n;
	return helper(n);
}
#endif

static struct klp_func funcs[] = {
	{ "counted", klpp_counted },
	{ TWICE, klpp_twice },
#ifdef UNPATCHABLE
	{ "untraced", klpp_untraced },
	{ "at_boot", klpp_at_boot },
#endif
	{ 0 }
};
static void at_once(struct klp_object *object) { object->kernels[0]++; }
static struct klp_object objects[] = { { OBJECT, funcs, { at_once } }, { 0 } };
static struct klp_patch patch = { &__this_module, objects };

__attribute__((section(".init.text"))) int init_module(void) { return klp_enable_patch(&patch); }
__attribute__((section(".modinfo"), used)) static const char info[] = "livepatch=Y\0depends=" DEPENDS "\0vermagic=6.1.0 SMP ";
