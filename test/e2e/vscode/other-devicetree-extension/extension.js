// Offers all that a server of the language offers, each with an answer that tells whose it is.

const vscode = require('vscode');

exports.activate = ({ subscriptions }) => {
  const { languages, Range, Position } = vscode;
  const selector = 'devicetree';
  const top = new Range(0, 0, 0, 0);
  const legend = new vscode.SemanticTokensLegend(['keyword']);
  subscriptions.push(
    languages.registerDocumentFormattingEditProvider(selector, {
      provideDocumentFormattingEdits: (document) => [
        vscode.TextEdit.insert(document.lineAt(document.lineCount - 1).range.end, '// formatted\n'),
      ],
    }),
    languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: () => [
        new vscode.DocumentSymbol('other symbol', '', vscode.SymbolKind.Class, top, top),
      ],
    }),
    languages.registerCompletionItemProvider(selector, {
      provideCompletionItems: () => [new vscode.CompletionItem('other-completion')],
    }),
    languages.registerDefinitionProvider(selector, {
      provideDefinition: ({ uri }) => new vscode.Location(uri, new Position(3, 0)),
    }),
    languages.registerRenameProvider(selector, {
      provideRenameEdits({ uri }, position, name) {
        const edit = new vscode.WorkspaceEdit();
        edit.insert(uri, new Position(0, 0), `// renamed to ${name}\n`);
        return edit;
      },
    }),
    languages.registerDocumentSemanticTokensProvider(
      selector,
      { provideDocumentSemanticTokens: () => new vscode.SemanticTokensBuilder(legend).build() },
      legend,
    ),
    languages.registerHoverProvider(selector, {
      provideHover: () => new vscode.Hover('hover of the other'),
    }),
  );
};
