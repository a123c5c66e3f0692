//! What compilers append to and make up for names.
//!
//! Sources: GCC's `clone_function_name` users (`.isra`, `.constprop`, `.part`, `.cold`, `.lto_priv`), Clang's
//! ThinLTO promotion (`.llvm.HASH`), and the kernel's `__UNIQUE_ID` and initcall macros, which paste counters
//! and lines into names.

use std::borrow::Cow;

/// The name of the function that a cold part belongs to: `f` for `f.cold` and `f.cold.12`.
pub fn parent_of_cold(name: &str) -> Option<&str> {
    let at = name.rfind(".cold")?;
    let tail = &name[at + ".cold".len()..];
    (at > 0 && (tail.is_empty() || is_number(tail))).then(|| &name[..at])
}

/// `.N`
fn is_number(tail: &str) -> bool {
    tail.strip_prefix('.').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the name is one that the compiler put together from a variable of a function: `table.3` of GCC, `f.table`
/// of Clang (no identifier of the source has a dot), `_ZZ1fvE5table` of C++ (Itanium C++ ABI, "Scope Encoding").
pub fn is_scoped(name: &str) -> bool {
    name.rfind('.').is_some_and(|at| at > 0) || name.starts_with("_ZZ")
}

/// Whether the name is that of a pointer through which exception tables and frames reach a symbol of another
/// module: it says nothing but that symbol's name.
pub fn is_indirect_reference(name: &str) -> bool {
    name.starts_with("DW.ref.")
}

/// Prefixes behind which the kernel's macros paste counters and line numbers.
const COUNTED: [&str; 5] = ["__UNIQUE_ID_", "__initcall_", "__initstub_", "__mod_", "__PASTE"];

/// Whether a macro of the kernel put the name together, or a version is part of it: the source calls the thing by
/// another one, if at all.
pub fn is_pasted(name: &str) -> bool {
    name.contains('@') || COUNTED.iter().any(|start| name.starts_with(start))
}

/// The name without what may differ between two compilations of the same source: every `.N`, the hash of
/// `.llvm.HASH`, `.lto_priv`, and the counters and lines that macros paste behind `__UNIQUE_ID_` and the like.
///
/// `f` and `f.12` share a class; `f` and `f.isra.0` do not.
pub fn class(name: &str) -> Cow<'_, str> {
    // A version is part of the name: `f@LIB_1.0` is not `f@LIB_1.1`.
    if name.contains('@') {
        return Cow::Borrowed(name);
    }
    // Most names hold no two underscores, and so none of these.
    let may_count = name.contains("__");
    let counted = COUNTED.iter().filter(|_| may_count).filter_map(|p| name.find(p)).min();
    if counted.is_none() && !name.contains('.') {
        return Cow::Borrowed(name);
    }
    let head = counted.unwrap_or(name.len());
    let mut class = String::with_capacity(name.len());
    for (i, part) in name[..head].split('.').enumerate() {
        if i > 0 {
            if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
                || part == "llvm"
                || part == "lto_priv"
            {
                continue;
            }
            class.push('.');
        }
        class.push_str(part);
    }
    push_uncounted(&mut class, &name[head..]);
    Cow::Owned(class)
}

/// A Rust name as the source has it, without the hashes that tell builds and versions of a crate apart; any other
/// name as it is. The v0 form (Rust RFC 2603) refers to places in itself, so that nothing can be cut out of it.
///
/// Hashes of the legacy form also tell apart what is made of one generic function for several types, so that several
/// things of a unit may share the rest.
pub fn without_rust_hash(name: &str) -> Cow<'_, str> {
    let has_hash = name.starts_with("_R") || name.starts_with("_ZN") && name.contains("17h");
    match has_hash.then(|| rustc_demangle::try_demangle(name)) {
        Some(Ok(demangled)) => Cow::Owned(format!("{demangled:#}")),
        _ => Cow::Borrowed(name),
    }
}

/// Appends what a macro made, without counters: numbers at the end or before a `.`, and those that stand between
/// `_`. The 5 of `__initcall__kmod_md5__305_100_md5_init6` is part of a name.
fn push_uncounted(class: &mut String, made: &str) {
    let bytes = made.as_bytes();
    let mut i = 0;
    let mut kept = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_digit() {
            i += 1;
            continue;
        }
        let start = i;
        while bytes.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        let before = start.checked_sub(1).map(|b| bytes[b]);
        let counter = match bytes.get(i) {
            None | Some(b'.') => true,
            Some(b'_') => before == Some(b'_'),
            Some(_) => false,
        };
        if counter {
            class.push_str(made[kept..start].trim_end_matches('.'));
            kept = i;
        }
    }
    class.push_str(&made[kept..]);
}

/// What stands behind the stem in the class of a name: `.isra` for `f.isra.0`, nothing for `f` and `f.12`.
pub fn suffixes(name: &str) -> String {
    let class = class(name);
    class[stem(&class).len()..].to_owned()
}

/// The hash that Clang's ThinLTO appends to the names of statics that it makes visible to other units: one for all
/// statics of a unit.
pub fn llvm_hash(name: &str) -> Option<&str> {
    let at = name.rfind(".llvm.")?;
    let hash = &name[at + ".llvm.".len()..];
    (!hash.is_empty() && hash.bytes().all(|b| b.is_ascii_digit())).then_some(hash)
}

/// The function in front of whose first byte a symbol names the room: what objtool calls `__pfx_f` for the NOPs
/// that `-fpatchable-function-entry=N,M` leaves there, and Clang's kCFI `__cfi_f` for the hash of `f`'s type.
pub fn prefixed_function(name: &str) -> Option<&str> {
    name.strip_prefix("__pfx_").or_else(|| name.strip_prefix("__cfi_")).filter(|f| !f.is_empty())
}

/// Whether two names of one unit's things are the same but for what compilers and macros chose.
pub fn same_but_chosen(a: &str, b: &str) -> bool {
    a == b || class(&without_rust_hash(a)) == class(&without_rust_hash(b))
}

/// Whether two names of things outside of the unit are the same: equal, or equal but for the hash that Clang's
/// ThinLTO appends to what it makes visible to other units.
pub fn same_elsewhere(a: &str, b: &str) -> bool {
    let unhashed = |name: &str| name.find(".llvm.").map(|at| name[..at].to_owned());
    a == b || unhashed(a).is_some_and(|a| Some(a) == unhashed(b))
}

/// The stem: the name without anything the compiler appended.
pub fn stem(name: &str) -> &str {
    let body = name.get(1..).and_then(|n| n.find('.')).map_or(name.len(), |at| at + 1);
    &name[..body]
}

/// Whether the name is one that the compiler gave to a copy or a part of a function that is called otherwise in the
/// source. A number alone (`f.12`) only tells functions of one name apart.
pub fn is_copy(name: &str) -> bool {
    COPIES.iter().any(|suffix| has_suffix(name, suffix))
}

/// What GCC appends to the names of copies and parts; Clang has `.specialized` and `.llvm`, which promotes only.
const COPIES: [&str; 6] = ["constprop", "isra", "part", "split", "simdclone", "specialized"];

/// Whether one of the parts that compilers appended to a name is `suffix`.
pub fn has_suffix(name: &str, suffix: &str) -> bool {
    name[stem(name).len()..].split('.').any(|part| part == suffix)
}

/// Whether a data object's name is one that the compiler made for a constant without one in the source: such
/// things are the same when their content is, whatever they are called.
pub fn is_made_up_constant(name: &str) -> bool {
    const STARTS: [&str; 14] = [
        ".L",
        "CSWTCH",
        "__func__.",
        "__FUNCTION__.",
        "__PRETTY_FUNCTION__.",
        "__compound_literal.",
        ".compoundliteral",
        "switch.table.",
        "reltable.",
        "__const.",
        "anon.",
        "str.",
        "constinit",
        "__unnamed_",
    ];
    if STARTS.iter().any(|s| name.starts_with(s)) {
        return true;
    }
    // GCC calls an initializer it copies `C.12.3`, and Clang names a function's constant `f.__func__`.
    let c = name
        .strip_prefix("C.")
        .is_some_and(|rest| rest.split('.').all(|d| d.bytes().all(|b| b.is_ascii_digit())));
    c || name.ends_with(".__func__")
        || name.ends_with(".__FUNCTION__")
        || name.ends_with(".__PRETTY_FUNCTION__")
        // What the kernel's index of messages points to (`include/linux/printk.h`), where Clang names it.
        || name.ends_with("._entry")
        || name == "str"
}

/// Whether an untyped symbol of a linked file only marks where the linker put a section's or the program's start or
/// end (the symbols of GNU ld's default script, and the kernel's way to call its own).
pub fn is_linkers(name: &str) -> bool {
    const NAMES: [&str; 18] = [
        "_edata",
        "edata",
        "_end",
        "end",
        "_etext",
        "etext",
        "__etext",
        "__bss_start",
        "__data_start",
        "data_start",
        "__TMC_END__",
        "__GNU_EH_FRAME_HDR",
        "__FRAME_END__",
        "__ehdr_start",
        "__executable_start",
        "_text",
        "_stext",
        "_sdata",
    ];
    let marks = ["_start", "_end", "_begin", "_stop"].iter().any(|end| name.ends_with(end));
    NAMES.contains(&name)
        || name.starts_with("__start_")
        || name.starts_with("__stop_")
        || name.starts_with("__") && marks
}

/// Whether an assembler keeps such a name for itself: `.L` on most machines, `$` on MIPS. Where it stands in an object
/// file nevertheless, as a place for relocations, it names nothing.
pub fn is_local_label(name: &str) -> bool {
    name.starts_with(".L") || name.starts_with('$')
}

/// What a mapping symbol says of the bytes from its place on; `None` for other symbols. A dot and any text may follow
/// (ELF for the Arm Architecture, 5.5.5).
pub fn mapping_mode(name: &str) -> Option<fixscope_arch::Mode> {
    let (letter, rest) = name.strip_prefix('$')?.split_at_checked(1)?;
    if !rest.is_empty() && !rest.starts_with('.') {
        return None;
    }
    match letter {
        "a" | "x" => Some(fixscope_arch::Mode::Code),
        "t" => Some(fixscope_arch::Mode::Thumb),
        "d" => Some(fixscope_arch::Mode::Data),
        _ => None,
    }
}

/// Whether a symbol is what `-pg` calls at the entry of functions.
pub fn is_tracer(name: &str) -> bool {
    matches!(name, "__fentry__" | "mcount" | "_mcount" | "__gnu_mcount_nc")
}

/// Whether a symbol is a thunk that stands for a call or jump through a register: the kernel's and GCC's
/// `__x86_indirect_thunk_REG` (`-mindirect-branch`), and Clang's `__llvm_retpoline_REG`.
pub fn is_indirect_thunk(name: &str) -> bool {
    name.starts_with("__x86_indirect_") || name.starts_with("__llvm_retpoline_")
}

/// The symbol that an entry of the kernel's table of exported symbols is for (`EXPORT_SYMBOL`).
pub fn exported(name: &str) -> Option<&str> {
    name.strip_prefix("__ksymtab_").filter(|symbol| !symbol.is_empty())
}

/// Whether a symbol is a thunk that stands for a return (GCC's `-mfunction-return`).
pub fn is_return_thunk(name: &str) -> bool {
    name == "__x86_return_thunk"
}

/// Whether an undefined symbol is one that the compiler itself asks for: calls of tracing and sanitizers, thunks
/// and the stack protector. Any module has them.
pub fn is_compilers_own(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "__fentry__",
        "mcount",
        "_mcount",
        "__stack_chk_fail",
        "__x86_return_thunk",
        "_GLOBAL_OFFSET_TABLE_",
    ];
    const STARTS: [&str; 4] = ["__x86_indirect_thunk", "__asan_", "__ubsan_", "__sanitizer_"];
    is_tracer(name) || NAMES.contains(&name) || STARTS.iter().any(|s| name.starts_with(s))
}

/// The name in its language's own notation: C++ (Itanium ABI) and Rust without its hash.
pub fn demangled(name: &str) -> Option<String> {
    if let Ok(name) = rustc_demangle::try_demangle(name) {
        return Some(format!("{name:#}"));
    }
    if !name.starts_with("_Z") {
        return None;
    }
    cpp_demangle::Symbol::new(name).ok()?.demangle(&cpp_demangle::DemangleOptions::default()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cold_parts_name_their_parents() {
        assert_eq!(parent_of_cold("f.cold"), Some("f"));
        assert_eq!(parent_of_cold("f.isra.0.cold.3"), Some("f.isra.0"));
        assert_eq!(parent_of_cold("f.coldest"), None);
        assert_eq!(parent_of_cold("f.part.0"), None);
        assert_eq!(parent_of_cold(".cold"), None);
    }

    #[test]
    fn classes_forget_numbers_and_keep_suffixes() {
        assert_eq!(class("f"), class("f.12"));
        assert_ne!(class("f"), class("f.isra.0"));
        assert_eq!(class("f.isra.0"), class("f.isra.5"));
        assert_eq!(class("f.llvm.123456"), class("f"));
        assert_eq!(
            class("__initcall__kmod_a__305_100_md5_init6"),
            class("__initcall__kmod_a__7_9_md5_init6")
        );
        assert_ne!(class("__initcall__kmod_a__1_2_md4_init6"), class("__initcall__kmod_a__1_2_md5_init6"));
        assert_eq!(class("__UNIQUE_ID_alias123.4"), class("__UNIQUE_ID_alias7"));
        assert_eq!(class("f.__UNIQUE_ID_ddebug7"), class("f.__UNIQUE_ID_ddebug12.8"));
        assert_eq!(suffixes("f.isra.0"), ".isra");
        assert_eq!((suffixes("f"), suffixes("f.12")), (String::new(), String::new()));
        assert_eq!(llvm_hash("f.llvm.77"), Some("77"));
        assert_eq!(llvm_hash("f.llvm."), None);
        assert_eq!(prefixed_function("__pfx_f"), Some("f"));
        assert_eq!(prefixed_function("__cfi_"), None);
        assert_eq!(class("f.lto_priv.0"), class("f"));
        assert_eq!(class("__UNIQUE_ID_license123.4"), class("__UNIQUE_ID_license125"));
        assert_eq!(class("f.__UNIQUE_ID_ddebug7"), class("f.__UNIQUE_ID_ddebug9"));
        assert_ne!(class("x1"), class("x2"));
    }

    #[test]
    fn versions_are_part_of_the_name() {
        assert_ne!(class("f@LIB_1.0"), class("f@LIB_1.1"));
        assert_ne!(class("f@@LIB_2"), class("f@LIB_2"));
    }

    #[test]
    fn rust_hashes_are_left_out() {
        assert_eq!(without_rust_hash("_ZN4demo4work17h0123456789abcdefE"), "demo::work");
        assert_eq!(
            without_rust_hash("_RNvNtCsmjoFI14zV4_4demo5inner4work"),
            without_rust_hash("_RNvNtCsZz_4demo5inner4work")
        );
        // The place that `B` refers to moves with the length of the hash.
        assert_eq!(
            without_rust_hash("_RINvNtCsmjoFI14zV4_4demo5inner4workmEB4_"),
            without_rust_hash("_RINvNtCsZz_4demo5inner4workmEB4_")
        );
        assert_ne!(
            without_rust_hash("_RNvNtCs1Ab9_4demo5inner4work"),
            without_rust_hash("_RNvNtCs1Ab9_4demo5outer4work")
        );
        for plain in ["_ZN4demo4workEv", "f17h0123456789abcdefE", "_ZN4demo5valueE", "_Rx", "main"] {
            assert_eq!(without_rust_hash(plain), plain);
        }
    }

    #[test]
    fn names_elsewhere_are_taken_literally() {
        assert!(same_elsewhere("f", "f"));
        assert!(same_elsewhere("f.llvm.123", "f.llvm.99"));
        assert!(!same_elsewhere("f.llvm.123", "g.llvm.123"));
        assert!(!same_elsewhere("__mod_timer1", "__mod_timer2"));
        assert!(!same_elsewhere("f.1", "f.2"));
    }

    #[test]
    fn constants_of_the_compilers() {
        for name in [
            ".LC0",
            "CSWTCH.12",
            "__func__.3",
            "C.1.2",
            "f.__func__",
            "switch.table.f",
            ".Lreltable.f",
            "f._entry",
        ] {
            assert!(is_made_up_constant(name), "{name}");
        }
        for name in ["table", "C", "C.x", "func", "my_str", "table.0"] {
            assert!(!is_made_up_constant(name), "{name}");
        }
        assert!(
            is_scoped("table.0")
                && is_scoped("f.table")
                && is_scoped("_ZZ1fvE5table")
                && !is_scoped("table")
                && !is_scoped(".table")
        );
    }

    #[test]
    fn stems_have_no_suffix() {
        assert_eq!(stem("f.constprop.0.isra.0"), "f");
        assert_eq!(stem("f"), "f");
        assert_eq!(stem(".L5"), ".L5");
    }

    #[test]
    fn names_in_their_own_notation() {
        assert_eq!(demangled("_ZN1n1fEi").as_deref(), Some("n::f(int)"));
        assert_eq!(demangled("f"), None);
        assert_eq!(demangled("_Znonsense"), None);
    }
}
