import { render } from 'preact';
import { App } from './app';
import { Signed } from './session';
import './styles/page.css';

render(<Signed><App /></Signed>, document.getElementById('page')!);
