/* A module for tests of `livepatch link`, with the structures of the kernel as far as they are fixed. */
struct klp_func { const char *old_name; void *new_func; unsigned long old_sympos; long kernels[4]; };
struct klp_object { const char *name; struct klp_func *funcs; void *callbacks[5]; long kernels[3]; };
struct klp_patch { void *mod; struct klp_object *objs; long kernels[3]; };

#ifdef QUOTED
#define KLP(object, name, pos) asm("\".klp.sym." object "." name "," pos "\"")
#else
#define KLP(object, name, pos) asm(".klp.sym." object "." name "$" pos)
#endif

extern int __this_module;
extern int klp_enable_patch(struct klp_patch *);
extern char *command_line KLP("vmlinux", "saved_command_line", "0");
extern int driver_helper(int) KLP("driver", "helper", "2");
extern int library_helper(int) KLP("library", "of_library", "0");
extern int driver_table[4] KLP("driver", "table", "0");

static int (*const helpers[])(int) = { driver_helper, library_helper };

static __attribute__((noinline)) const char *of_kernel(void)
{
	return command_line;
}

static __attribute__((noinline)) int of_driver(int n)
{
	return library_helper(driver_table[n & 3]) + helpers[n & 1](n) + of_kernel()[n];
}

static int of_driver_too(int n)
{
	return of_driver(n) + 1;
}

static struct klp_func kernel_funcs[] = { { "of_kernel", of_kernel }, { 0 } };
static struct klp_func driver_funcs[] = { { "of_driver", of_driver, 3 }, { "of_driver_too", of_driver_too }, { 0 } };
static struct klp_object objects[] = { { 0, kernel_funcs }, { "driver", driver_funcs }, { 0 } };
static struct klp_patch patch = { &__this_module, objects };

#ifdef MISSPELT
extern int klp_enable_ptach(struct klp_patch *);
#define klp_enable_patch klp_enable_ptach
#endif

__attribute__((section(".init.text"))) int init_module(void)
{
#ifdef EARLY
	driver_table[0] = 1;
#endif
	return klp_enable_patch(&patch);
}

#ifndef PLAIN
__attribute__((section(".modinfo"), used)) static const char livepatch[] = "livepatch=Y";
#endif
