import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { png } from '../testing/fileServer.ts';
import { kindOf, mimeTypeFor } from './fileKind.ts';
import { mimeTypeOf } from './fileType.ts';
import { refusalOf } from './refusedTypes.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');
const nothing = { name: null, mimeType: null };
const compound = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(1_000)]);
const installer = Buffer.concat([compound, Buffer.from('84100c0000000000c000000000000046', 'hex')]);

describe('the type of a file', () => {
  it.each([
    ['a picture', png, 'image/png'],
    ['a PDF', latin('%PDF-1.7\n'), 'application/pdf'],
    ['an MP4', Buffer.concat([Buffer.from([0, 0, 0, 24]), latin('ftypisom'), Buffer.alloc(40)]), 'video/mp4'],
    ['Opus', Buffer.concat([latin('OggS'), Buffer.alloc(24), latin('OpusHead'), Buffer.alloc(40)]), 'audio/ogg'],
    ['text', latin('Hello, Ada'), 'text/plain'],
    ['text in many letters', Buffer.from('Grüße 👋 привет'), 'text/plain'],
    ['nothing', Buffer.alloc(0), 'text/plain'],
    ['JSON', latin(' {"a": [1]}'), 'application/json'],
    ['almost JSON', latin('{"a": '), 'text/plain'],
    ['SVG', latin('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    ['SVG behind a declaration', latin('<?xml version="1.0"?>\n<!-- by hand -->\n<svg/>'), 'image/svg+xml'],
    [
      'SVG behind a document type',
      latin('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg></svg>'),
      'image/svg+xml',
    ],
    ['XML', latin('<?xml version="1.0"?><order/>'), 'application/xml'],
    ['HTML', latin('\n<!DOCTYPE html><p>'), 'text/html'],
    ['HTML without a document type', latin('<!-- x --><HTML lang=en>'), 'text/html'],
    ['XHTML', latin('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'), 'text/html'],
    ['a script of a page', latin('<script>alert(1)</script>'), 'text/html'],
    ['text about HTML', latin('write <html> first'), 'text/plain'],
    ['bytes', Buffer.from([0, 1, 2, 3, 250, 251]), 'application/octet-stream'],
    ['text in another encoding', latin('Grüße'), 'application/octet-stream'],
    ['a compound file', compound, 'application/x-cfb'],
  ])('is told by what is in it: %s', async (_what, bytes, mimeType) => {
    expect(await mimeTypeOf(bytes, { name: 'lie.jpg', mimeType: 'image/jpeg' })).toBe(mimeType);
  });

  it.each([
    [latin('a;b\n1;2'), { name: 'table.CSV', mimeType: null }, 'text/csv'],
    [latin('a;b\n1;2'), { name: null, mimeType: 'text/csv; charset=utf-8' }, 'text/csv'],
    [compound, { name: 'letter.doc', mimeType: null }, 'application/msword'],
    [compound, { name: 'sheet.xls', mimeType: null }, 'application/vnd.ms-excel'],
    [png, { name: 'table.csv', mimeType: 'text/csv' }, 'image/png'],
  ])('is told by its name only where the content leaves it open', async (bytes, claim, mimeType) => {
    expect(await mimeTypeOf(bytes, claim)).toBe(mimeType);
  });

  it('is none of text whose last letter is cut by the end of the sample', async () => {
    const text = `${'x'.repeat(4_095)}é and more`;
    expect(await mimeTypeOf(Buffer.from(text), nothing)).toBe('text/plain');
  });

  it('is found for whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', 'PK\x03\x04', 'II*\0', 'ID3', '\x1f\x8b'),
        async (bytes, head) => {
          expect(await mimeTypeOf(Buffer.concat([latin(head), bytes]), nothing)).toMatch(/^[\w.+-]+\/[\w.+-]+$/);
        },
      ),
    );
  });
});

describe('a file is not taken in', () => {
  it.each([
    ['a program of Windows', latin(`MZ${'\0'.repeat(100)}`)],
    ['a program of Linux', latin(`\x7fELF${'\0'.repeat(100)}`)],
    ['a program of macOS', Buffer.concat([Buffer.from('cffaedfe', 'hex'), Buffer.alloc(100)])],
    ['a class of Java', Buffer.concat([Buffer.from('cafebabe0000003d', 'hex'), Buffer.alloc(100)])],
    ['WebAssembly', latin('\0asm\x01\0\0\0')],
    ['an installer of Windows', installer],
    ['a page', latin('<!doctype html><script>alert(1)</script>')],
    ['a shell script', latin('#!/bin/sh\nrm -rf ~')],
    ['a batch file', latin('\r\n@ECHO off\r\n')],
    ['PHP', latin('<?php system($_GET["x"]);')],
    ['settings of Windows', latin('Windows Registry Editor Version 5.00\r\n')],
  ])('when it is %s, whatever it is called', async (_what, bytes) => {
    const mimeType = await mimeTypeOf(bytes, { name: 'photo.jpg', mimeType: 'image/jpeg' });
    expect(refusalOf(bytes, mimeType)).toEqual(expect.any(String));
  });

  it.each([
    ['a picture', png],
    ['text', latin('echo is what I heard')],
    ['an older document of Word', compound],
    ['SVG, which is only ever saved', latin('<svg/>')],
    ['bytes', Buffer.from([0, 1, 2, 250])],
  ])('unless it is %s', async (_what, bytes) => {
    expect(refusalOf(bytes, await mimeTypeOf(bytes, nothing))).toBeUndefined();
  });
});

describe('the kind of a file', () => {
  it.each([
    ['image/png', 'FILE', 'IMAGE'],
    ['image/png', 'STICKER', 'STICKER'],
    ['video/webm', 'STICKER', 'STICKER'],
    ['application/gzip', 'STICKER', 'FILE'],
    ['image/svg+xml', 'IMAGE', 'FILE'],
    ['image/tiff', 'IMAGE', 'FILE'],
    ['video/mp4', 'IMAGE', 'VIDEO'],
    ['video/mp4', 'AUDIO', 'AUDIO'],
    ['video/x-flv', 'AUDIO', 'VIDEO'],
    ['audio/ogg', 'FILE', 'AUDIO'],
    ['application/pdf', 'IMAGE', 'FILE'],
    ['text/plain', null, 'FILE'],
  ] as const)('%s that is said to be %s is %s', (mimeType, claimed, kind) => {
    expect(kindOf(mimeType, claimed)).toBe(kind);
  });

  it('makes sound of what is in a container of films', () => {
    expect(mimeTypeFor('video/mp4', 'AUDIO')).toBe('audio/mp4');
    expect(mimeTypeFor('video/mp4', 'VIDEO')).toBe('video/mp4');
  });
});
