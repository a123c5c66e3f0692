//! Fields whose value is known only when the whole file is read ↦ bytes, or references.

use fixscope_arch::REACH_LOST;
use fixscope_arch::text::record;
use fixscope_arch::text::relocs::{Form, SCALED, r_type};

use super::expr::{Binary, Expr, Place, Sum, Term};
use super::parts::{Field, FieldKind};
use super::resolve::{Base, Reference, Resolver, Trouble};
use super::symbols::Value;
use super::token::Name;

/// A section while its fields are filled.
struct Filled<'d> {
    data: &'d mut [u8],
    references: &'d mut Vec<Reference>,
    /// Offset of the field in bytes from the start of the section.
    at: u64,
}

impl Filled<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), String> {
        let range = self.at as usize..self.at as usize + bytes.len();
        self.data.get_mut(range).ok_or("a field outside of its section")?.copy_from_slice(bytes);
        Ok(())
    }

    fn refer(&mut self, r_type: u32, symbol: Option<Base>, addend: i64) {
        self.references.push(Reference { offset: self.at, r_type, symbol, addend });
    }
}

impl Resolver<'_, '_> {
    /// Fills the fields of a part, or makes references of them.
    pub(super) fn fields(
        &self,
        part: usize,
        data: &mut [u8],
        references: &mut Vec<Reference>,
    ) -> Result<(), Trouble> {
        for field in &self.part(part as u32).fields {
            let at = self.starts[part] + field.offset;
            let mut filled = Filled { data, references, at };
            self.field(part as u32, field, &mut filled).map_err(|what| (field.line, what))?;
        }
        Ok(())
    }

    fn field(&self, part: u32, field: &Field, filled: &mut Filled<'_>) -> Result<(), String> {
        if field.what == FieldKind::Distance {
            let number = self.number(&field.value);
            let number = number.ok_or("a size that follows from where symbols will lie")?;
            return filled.put(&(number as i64).to_le_bytes());
        }
        if let FieldKind::Data(size) = field.what
            && self.scaled_distance(&field.value, size, filled)?
        {
            return Ok(());
        }
        let mut sum = field.value.sum(&|id| self.value(id), &|a, b| self.distance(a, b))?;
        if let FieldKind::Data(size) = field.what {
            // Between places of data the distance is known.
            while let Some((i, j, distance)) = self.data_pair(&sum) {
                sum.plus.remove(i);
                sum.minus.remove(j);
                sum.constant += distance;
            }
            return self.datum(part, field, size, sum, filled);
        }
        let addend = sum.constant as i64;
        match (field.what, &sum.plus[..], &sum.minus[..]) {
            (FieldKind::Operand, [], []) => filled.refer(r_type(Form::Operand, 1, None), None, addend),
            (FieldKind::Operand, [a], []) => self.refer(Form::Operand, 1, *a, addend, filled),
            (FieldKind::Branch(_), [], []) => filled.refer(r_type(Form::Branch, 4, None), None, addend),
            (FieldKind::Branch(start), [a], []) => match self.local_target(part, *a, addend) {
                Some(target) => {
                    let here = self.starts[part as usize] + start;
                    let distance = target as i64 - here as i64;
                    let distance =
                        i32::try_from(distance).map_err(|_| "a jump of more than 2 GiB of text")?;
                    filled.put(&distance.to_le_bytes())?;
                }
                None => self.refer(Form::Branch, 4, *a, addend, filled),
            },
            _ => return Err("a sum of symbols that no relocation expresses".to_owned()),
        }
        Ok(())
    }

    /// A number of `size` bytes among data, or among code as data.
    fn datum(
        &self,
        part: u32,
        field: &Field,
        size: u8,
        mut sum: Sum,
        filled: &mut Filled<'_>,
    ) -> Result<(), String> {
        let in_code = self.part(part).is_code;
        // What the linker fills in as a distance from the field, counted on from a label: Arm's literals.
        if let [_, _] = sum.plus[..]
            && in_code
            && let Some(i) = sum.plus.iter().position(|t| self.is_here(part, field, *t))
        {
            sum.plus.remove(i);
        }
        let addend = sum.constant as i64;
        match (&sum.plus[..], &sum.minus[..]) {
            ([], []) => filled.put(&sum.constant.to_le_bytes()[..usize::from(size)])?,
            ([a], []) => self.refer(Form::Address, size, *a, addend, filled),
            ([a], [b]) => {
                let from = self.place(*b).filter(|b| self.index(b.part) == self.index(part));
                match (from, b) {
                    (Some(_), Term::Here(_)) if in_code => {
                        self.refer(Form::DistanceInCode, size, *a, addend, filled);
                    }
                    // The distance from here is what the assembler makes of it (`R_X86_64_PC32` and its like).
                    (Some(from), _) if !in_code => {
                        let behind = filled.at as i64 - self.offset(from) as i64;
                        self.refer(Form::Distance, size, *a, addend.wrapping_add(behind), filled);
                    }
                    (from, _) => match (self.distance(*a, *b), from) {
                        (Some(0), _) => filled.put(&sum.constant.to_le_bytes()[..usize::from(size)])?,
                        (Some(distance), _) => self.between(*a, *b, distance, addend, size, None, filled),
                        // The program counter is ahead of the instruction that adds it.
                        (None, Some(from)) => {
                            let ahead = i64::from(self.part(from.part).ahead(from.offset));
                            self.refer(Form::To, size, *a, addend.wrapping_add(ahead), filled);
                            self.refer(Form::From, size, *b, 0, filled);
                        }
                        (None, None) => return Err("a distance that no relocation expresses".to_owned()),
                    },
                }
            }
            _ => return Err("a sum of symbols that no relocation expresses".to_owned()),
        }
        Ok(())
    }

    /// Two references for the distance between two places in code. A label behind a function's last instruction may stand
    /// where the next function begins: the last byte of what is measured tells which is meant.
    #[allow(
        clippy::too_many_arguments,
        reason = "one call each for distances as they are and for scaled ones"
    )]
    fn between(
        &self,
        a: Term,
        b: Term,
        distance: i128,
        addend: i64,
        size: u8,
        scale: Option<u8>,
        filled: &mut Filled<'_>,
    ) {
        let last = if distance > 0 { addend.wrapping_sub(1) } else { addend };
        filled.refer(r_type(Form::To, size, scale), Some(self.base(a).0), last);
        filled.refer(r_type(Form::From, size, scale), Some(self.base(b).0), 0);
    }

    /// Entries of tables that count the distance between two places in code in instructions: `(.L4-.L3)/2`, or with a
    /// shift. Whether it is one.
    fn scaled_distance(&self, value: &Expr, size: u8, filled: &mut Filled<'_>) -> Result<bool, String> {
        let (inner, shift) = match value {
            Expr::Binary(Binary::Div, inner, by) => match **by {
                Expr::Number(2) => (inner, 1),
                Expr::Number(4) => (inner, 2),
                _ => return Ok(false),
            },
            Expr::Binary(Binary::Shr, inner, by) => match **by {
                Expr::Number(n @ 1..=2) => (inner, n as u8),
                _ => return Ok(false),
            },
            _ => return Ok(false),
        };
        let sum = inner.sum(&|id| self.value(id), &|a, b| self.distance(a, b))?;
        let ([a], [b]) = (&sum.plus[..], &sum.minus[..]) else { return Ok(false) };
        let is_code = |term: &Term| self.place(*term).is_some_and(|p| self.part(p.part).is_code);
        if !is_code(a) || !is_code(b) {
            return Ok(false);
        }
        if self.distance(*a, *b).is_none() {
            return Err("a distance that no relocation expresses".to_owned());
        }
        // How far the program counter is ahead of the jump.
        let ahead = match sum.constant {
            0 => 0,
            -4 => 1,
            -8 => 2,
            n => return Err(format!("an entry of a table that is {n} bytes away from its target")),
        };
        self.between(*a, *b, 0, 0, size, Some(SCALED | ahead << 2 | shift), filled);
        Ok(true)
    }

    /// A reference to something. What is reached from a section anchor is what lies there, and a label among code stands
    /// in front of literals, which are counted in their own bytes.
    fn refer(&self, form: Form, size: u8, term: Term, addend: i64, filled: &mut Filled<'_>) {
        let (base, modifier) = self.base(term);
        let place = match base {
            Base::Symbol(id) if self.is_anchor(id) => self
                .place(term)
                .and_then(|place| Some(Place { offset: place.offset.checked_add_signed(addend)?, ..place })),
            _ if addend > 0 => self.literal_at(term, addend as u64),
            _ => None,
        };
        match place {
            Some(place) => {
                filled.refer(r_type(form, size, modifier), Some(Base::Here(place)), 0);
                // Whoever loads such a literal may reach anything from there.
                let is_literal = matches!(form, Form::Address | Form::To);
                if is_literal && matches!(base, Base::Symbol(id) if self.is_anchor(id)) {
                    filled.refer(REACH_LOST, Some(Base::Here(place)), 0);
                }
            }
            None => filled.refer(r_type(form, size, modifier), Some(base), addend),
        }
    }

    fn is_anchor(&self, id: super::expr::SymbolId) -> bool {
        let entry = self.entry(id);
        let Name::Symbol(name) = &entry.name else { return false };
        let names = self.builder.syntax.anchor_prefixes.iter().any(|prefix| name.starts_with(prefix));
        names && !matches!(entry.value, Value::Undefined)
    }

    /// The record of the literal that lies so many bytes behind a label among code.
    fn literal_at(&self, term: Term, mut behind: u64) -> Option<Place> {
        let mut place = self.place(Term::Symbol(term.symbol()?, None))?;
        let part = self.part(place.part);
        while behind > 0 {
            let length = part.literals.binary_search_by_key(&place.offset, |l| l.0).ok();
            let length = u64::from(part.literals[length?].1);
            behind = behind.checked_sub(length)?;
            place.offset += length + record::HEADER as u64;
        }
        Some(place)
    }

    /// Whether a term is the place of the record that a field stands in.
    fn is_here(&self, part: u32, field: &Field, term: Term) -> bool {
        let own = field.offset.checked_sub(record::HEADER as u64);
        self.place(term).is_some_and(|p| p.part == part && Some(p.offset) == own)
    }

    /// Something added and something taken away that lie in one section of data, and the bytes between them.
    fn data_pair(&self, sum: &Sum) -> Option<(usize, usize, i128)> {
        let is_data = |term: Term| self.place(term).is_some_and(|p| !self.part(p.part).is_code);
        sum.plus.iter().enumerate().find_map(|(i, a)| {
            sum.minus.iter().enumerate().find_map(|(j, b)| {
                (is_data(*a) && is_data(*b)).then(|| Some((i, j, self.distance(*a, *b)?))).flatten()
            })
        })
    }

    /// The place of a branch's target when it is a label of the same section that only the assembler knows.
    fn local_target(&self, part: u32, term: Term, addend: i64) -> Option<u64> {
        let Term::Symbol(id, None) = term else { return None };
        let entry = self.entry(id);
        if addend != 0 || !self.is_local_label(&entry.name) {
            return None;
        }
        let place = self.place(term).filter(|p| self.index(p.part) == self.index(part))?;
        Some(self.offset(place))
    }
}
