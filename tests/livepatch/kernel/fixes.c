// SPDX-License-Identifier: GPL-2.0
/* Functions of Linux 6.1 with small changes that can be seen, and what they refer to by name. */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/personality.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/utsname.h>

/* fs/proc/cmdline.c: a global variable that is not exported. */
extern char *saved_command_line asm(".klp.sym.vmlinux.saved_command_line$0");

static int klpp_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "patched ");
	seq_puts(m, saved_command_line);
	seq_putc(m, '\n');
	return 0;
}

/* fs/filesystems.c: static variables, whose values must be the kernel's. */
extern struct file_system_type *file_systems asm(".klp.sym.vmlinux.file_systems$0");
extern rwlock_t file_systems_lock asm(".klp.sym.vmlinux.file_systems_lock$0");

static int klpp_filesystems_proc_show(struct seq_file *m, void *v)
{
	struct file_system_type * tmp;

	read_lock(&file_systems_lock);
	tmp = file_systems;
	while (tmp) {
		seq_printf(m, "%s\t%s patched\n",
			(tmp->fs_flags & FS_REQUIRES_DEV) ? "" : "nodev",
			tmp->name);
		tmp = tmp->next;
	}
	read_unlock(&file_systems_lock);
	return 0;
}

/* kernel/sys.c: a system call that calls a static function. Its body is `inline`, which the kernel cannot redirect. */
extern struct rw_semaphore klps_uts_sem asm(".klp.sym.vmlinux.uts_sem$0");
extern int override_release(char __user *release, size_t len) asm(".klp.sym.vmlinux.override_release$0");

static noinline notrace long klpp___do_sys_newuname(struct new_utsname __user *name)
{
	struct new_utsname tmp;

	down_read(&klps_uts_sem);
	memcpy(&tmp, utsname(), sizeof(tmp));
	up_read(&klps_uts_sem);
	strscpy(tmp.nodename, "patched", sizeof(tmp.nodename));
	if (copy_to_user(name, &tmp, sizeof(tmp)))
		return -EFAULT;

	if (override_release(name->release, sizeof(name->release)))
		return -EFAULT;
	if (personality(current->personality) == PER_LINUX32 &&
	    copy_to_user(name->machine, COMPAT_UTS_MACHINE, sizeof(COMPAT_UTS_MACHINE)))
		return -EFAULT;
	return 0;
}

static long klpp___x64_sys_newuname(const struct pt_regs *regs)
{
	return klpp___do_sys_newuname((struct new_utsname __user *)regs->di);
}

/* net/core/pktgen.c: a module, and a constant of its own. */
extern const char version[] asm(".klp.sym.pktgen.version$0");

static int klpp_pgctrl_show(struct seq_file *seq, void *v)
{
	seq_puts(seq, "patched ");
	seq_puts(seq, version);
	return 0;
}

static struct klp_func kernel_funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = klpp_cmdline_proc_show },
	{ .old_name = "filesystems_proc_show", .new_func = klpp_filesystems_proc_show, .old_sympos = 1 },
	{ .old_name = "__x64_sys_newuname", .new_func = klpp___x64_sys_newuname },
	{}
};

static struct klp_func pktgen_funcs[] = {
	{ .old_name = "pgctrl_show", .new_func = klpp_pgctrl_show },
	{}
};

static struct klp_object objects[] = {
	{ .funcs = kernel_funcs },
	{ .name = "pktgen", .funcs = pktgen_funcs },
	{}
};

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects, .replace = true };

static int __init fixes_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit fixes_exit(void)
{
}

module_init(fixes_init);
module_exit(fixes_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
