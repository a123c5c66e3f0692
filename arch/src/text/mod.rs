//! Assembly text as an instruction set, for every architecture whose [`Syntax`] is known.
//!
//! The text of each statement is taken as it stands: which bytes an assembler would choose for it is not asked, and
//! what it does to registers is known for the mnemonics of [`Syntax::accesses`] alone.

mod operands;
pub mod record;
pub mod relocs;
#[cfg(test)]
mod tests;

use crate::syntax::Mnemonic;
use crate::{
    Address, Arch, Base, Code, Convention, DynamicKind, Effects, Field, Insn, InsnKind, Machine, Numbers,
    Operand, Origin, Reach, ReachHow, RegSet, RelocKind, Syntax,
};
use record::{BRANCH, DATA, DISTANCE, HEADER, NUMBER, REFERENCE, SPACE};

/// The assembly text of one architecture.
pub struct TextArch {
    syntax: &'static Syntax,
    /// The same architecture as machine code: what a register is called does not depend on how code is written.
    machine: &'static dyn Arch,
}

static X86_64: TextArch = TextArch { syntax: &crate::x86::X86_64_ATT, machine: &crate::x86::X86_64 };
static I386: TextArch = TextArch { syntax: &crate::x86::I386_ATT, machine: &crate::x86::I386 };
static AARCH64: TextArch = TextArch { syntax: &crate::aarch64::A64, machine: &crate::aarch64::AArch64 };

static ARM: TextArch = TextArch { syntax: &crate::arm::UNIFIED, machine: &crate::arm::Arm };

static ALL: [&TextArch; 4] = [&X86_64, &I386, &AARCH64, &ARM];

/// The architecture that text for a machine is of, when there is one.
pub fn by_elf_machine(machine: Machine) -> Option<&'static dyn Arch> {
    let wanted = (machine.elf, machine.is_64);
    let found = ALL.into_iter().find(|a| (a.syntax.machine, a.syntax.is_64) == wanted)?;
    Some(found)
}

impl TextArch {
    fn insn(&self, code: &Code<'_>, offset: usize) -> Insn {
        let unknown = Insn {
            offset: offset as u32,
            len: 1,
            kind: InsnKind::Unknown,
            opcode: 0,
            field: None,
            target: None,
        };
        let Some((class, text)) = record::first(&code.bytes[offset..]) else { return unknown };
        let mut insn = Insn { len: (text.len() + HEADER) as u8, kind: self.kind(class, text), ..unknown };
        if !insn.kind.is_direct_branch() {
            return insn;
        }
        let Some(marker) = text.iter().position(|&c| c == BRANCH) else { return insn };
        let (before, rest) = text.split_at(marker);
        // Anything beside mnemonic and target is compared as text.
        if rest.len() == 5
            && let Some(mnemonic) = before.strip_suffix(b" ")
        {
            insn.opcode = self.opcode(class, mnemonic);
        }
        let from = offset + HEADER + marker + 1;
        let relocated = code.sites.partition_point(|s| (s.offset as usize) < from);
        let relocated = code.sites.get(relocated).is_some_and(|s| s.offset as usize == from);
        if !relocated && let Some(distance) = rest.get(1..5).and_then(|d| d.try_into().ok()) {
            insn.field = Some(Field::whole((HEADER + marker + 1) as u8, 4));
            let here = code.address.wrapping_add(offset as u64);
            insn.target = Some(here.wrapping_add_signed(i64::from(i32::from_le_bytes(distance))));
        }
        insn
    }

    /// A number for all branches of this mnemonic; 0 when anything stands beside it.
    fn opcode(&self, class: u8, mnemonic: &[u8]) -> u32 {
        match self.syntax.mnemonic(mnemonic) {
            Some(m) if m.place + 1 == usize::from(class) => {
                1 << 31 | u32::from(m.condition) << 8 | u32::from(class)
            }
            _ => 0,
        }
    }

    fn kind(&self, class: u8, text: &[u8]) -> InsnKind {
        match class {
            DATA if self.syntax.has_literals => return InsnKind::Data,
            DATA => return InsnKind::Unknown,
            record::PLAIN | SPACE => return InsnKind::Plain,
            _ => {}
        }
        let place = usize::from(class) - 1;
        let operands = text.iter().position(|&c| c == b' ').map_or(&[][..], |blank| &text[blank + 1..]);
        let mnemonic = &text[..text.len() - operands.len()];
        let condition = match self.syntax.conditions {
            [] => 0,
            _ => self.syntax.mnemonic(mnemonic.trim_ascii_end()).map_or(0, |m| m.condition),
        };
        let kind = self.syntax.kind_of(Mnemonic { place, condition }, operands);
        let indirect = match self.syntax.indirect_prefix {
            Some(prefix) => text.contains(&prefix),
            // Through a register: a target would be marked.
            None => !text.contains(&BRANCH),
        };
        match kind {
            InsnKind::Jump if indirect => InsnKind::IndirectJump,
            InsnKind::Call if indirect => InsnKind::IndirectCall,
            kind => kind,
        }
    }
}

impl Arch for TextArch {
    fn name(&self) -> &'static str {
        self.machine.name()
    }

    fn decode(&self, code: &Code<'_>, out: &mut Vec<Insn>) {
        out.reserve(code.bytes.len() / 16 + 1);
        let mut offset = 0;
        while offset < code.bytes.len() {
            let insn = self.insn(code, offset);
            offset += usize::from(insn.len);
            out.push(insn);
        }
    }

    fn relocation(&self, r_type: u32) -> RelocKind {
        relocs::relocation(r_type)
    }

    fn relocated_bits(&self, r_type: u32) -> u64 {
        relocs::relocated_bits(r_type)
    }

    fn origin(&self, r_type: u32) -> Origin {
        if relocs::relocation(r_type).is_relative() { Origin::InstructionEnd } else { Origin::Field }
    }

    fn has_section_anchors(&self) -> bool {
        !self.syntax.anchor_prefixes.is_empty()
    }

    /// A page is made for those who complete it, which name the place that they mean. What becomes of a whole address is
    /// not followed through text: all that may be reached from it counts.
    fn reaches(&self, code: &Code<'_>, insns: &[Insn], out: &mut Vec<Reach>) {
        let mut sites = code.sites.iter().peekable();
        for (i, insn) in insns.iter().enumerate() {
            while sites.next_if(|s| s.offset < insn.offset).is_some() {}
            while let Some(site) = sites.next_if(|s| s.offset < insn.end()) {
                // Of a distance between two places the first one is meant.
                while sites.next_if(|s| s.offset == site.offset).is_some() {}
                let Some((class, text)) = record::first(code.bytes_of(insn)) else { continue };
                // Of literals, who reads the file knows it.
                if class == DATA {
                    continue;
                }
                let mnemonic = text.split(|&c| c == b' ').next().unwrap_or_default();
                let how = match self.syntax.completed.iter().any(|m| m.as_bytes() == mnemonic) {
                    true => ReachHow::Makes,
                    false if text.contains(&self.syntax.memory[0]) => continue,
                    false => ReachHow::Lost,
                };
                out.push(Reach { insn: i as u32, base: Base::Site(site.offset), how });
            }
        }
    }

    // Text is never linked: what follows is for addresses of linked files.
    fn relocation_type(&self, _: RelocKind) -> Option<u32> {
        None
    }

    fn dynamic(&self, _: u32) -> DynamicKind {
        DynamicKind::Unknown
    }

    fn addresses(&self, _: &Code<'_>, _: &mut Vec<Address>) {}

    fn is_padding(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while let Some((class, text)) = record::first(rest) {
            let is_filler = match class {
                DATA => [0, 0x90, 0xcc].iter().any(|filler| text.iter().all(|c| c == filler)),
                SPACE => !text.contains(&REFERENCE) && !text.contains(&DISTANCE),
                class => self.kind(class, text) == InsnKind::Nop || text == b"int3",
            };
            if !is_filler {
                return false;
            }
            rest = &rest[text.len() + HEADER..];
        }
        rest.iter().all(|&b| b == 0)
    }

    fn aligns_by_instructions(&self) -> bool {
        false
    }

    fn format(&self, code: &Code<'_>, insn: &Insn, resolve: &dyn Fn(Operand) -> Option<String>) -> String {
        let Some((class, text)) = record::first(code.bytes_of(insn)) else { return "?".to_owned() };
        let mut shown = String::new();
        let place = |at: usize| insn.offset + (HEADER + at) as u32;
        let mut at = 0;
        if class == DATA {
            shown.push_str(".byte");
            while at < text.len() {
                shown.push_str(if at == 0 { " " } else { ", " });
                let site = code.sites.iter().find(|s| s.offset == place(at));
                let named =
                    site.and_then(|s| Some((resolve(Operand::Site(s.offset))?, s.kind.size()?.max(1))));
                match named {
                    Some((name, size)) => {
                        shown.push_str(&name);
                        at += usize::from(size);
                    }
                    None => {
                        shown.push_str(&format!("{:#04x}", text[at]));
                        at += 1;
                    }
                }
            }
            return shown;
        }
        while let Some(&c) = text.get(at) {
            let (name, used) = match c {
                REFERENCE => (resolve(Operand::Site(place(at))), 1),
                BRANCH => match insn.target {
                    Some(target) => (resolve(Operand::Target(target)), 5),
                    None => (resolve(Operand::Site(place(at + 1))), 5),
                },
                DISTANCE => (Some(".".to_owned()), 9),
                NUMBER => match record::number_of(&text[at + 1..]) {
                    // Nobody writes that nothing is added.
                    Some(0) if text.get(at + 5) == Some(&b']') && shown.ends_with(',') => {
                        shown.pop();
                        (Some(String::new()), 5)
                    }
                    number => (number.map(|n| n.to_string()), 5),
                },
                _ => {
                    let run = text[at..].iter().take_while(|&&c| c > NUMBER).count();
                    (Some(String::from_utf8_lossy(&text[at..at + run]).into_owned()), run)
                }
            };
            shown.push_str(name.as_deref().unwrap_or("?"));
            at += used.max(1);
        }
        shown
    }

    fn numbers(&self, code: &Code<'_>, insn: &Insn) -> Option<Numbers> {
        if insn.kind.is_direct_branch() {
            return None;
        }
        let (class, text) = record::first(code.bytes_of(insn))?;
        let is_instruction = class != DATA && class != SPACE;
        is_instruction.then(|| operands::numbers(self.syntax, self.stack_register(), text)).flatten()
    }

    fn conventions(&self) -> &'static [Convention] {
        self.machine.conventions()
    }

    fn stack_register(&self) -> u8 {
        self.machine.stack_register()
    }

    fn stores_immediates(&self) -> bool {
        self.machine.stores_immediates()
    }

    fn flags(&self) -> RegSet {
        self.machine.flags()
    }

    fn effects(&self, code: &Code<'_>, insn: &Insn) -> Effects {
        let plain = record::first(code.bytes_of(insn)).filter(|(class, _)| *class == record::PLAIN);
        plain
            .and_then(|(_, text)| operands::effects(self.syntax, self.stack_register(), text))
            .unwrap_or(Effects { reads: RegSet::ALL, writes: RegSet::ALL })
    }

    fn register_name(&self, register: u8) -> &'static str {
        self.machine.register_name(register)
    }
}
